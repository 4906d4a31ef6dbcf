# Writes the commit of the tree into a header, where it differs from what the header says: cmake -DSOURCE=.. -DHEADER=.. -P
execute_process(COMMAND git describe --always --dirty --abbrev=12 WORKING_DIRECTORY ${SOURCE} OUTPUT_VARIABLE commit
                OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed OR commit STREQUAL "")
  set(commit "unknown")
endif()
set(text "#define WIDEGEO_COMMIT \"${commit}\"\n")
if(EXISTS ${HEADER})
  file(READ ${HEADER} known)
endif()
if(NOT text STREQUAL "${known}")
  file(WRITE ${HEADER} "${text}")
endif()
