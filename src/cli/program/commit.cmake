# Writes the commit of the tree into a header, where it differs from what the header says: cmake -DSOURCE=.. -DHEADER=.. -P
# A source archive inside of another repository has no commit of its own.
execute_process(COMMAND git rev-parse --show-toplevel WORKING_DIRECTORY ${SOURCE} OUTPUT_VARIABLE top
                OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
file(REAL_PATH ${SOURCE} source)
execute_process(COMMAND git describe --always --dirty --abbrev=12 WORKING_DIRECTORY ${SOURCE} OUTPUT_VARIABLE commit
                OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed OR commit STREQUAL "" OR NOT top STREQUAL source)
  set(commit "unknown")
endif()
set(text "#define WIDEGEO_COMMIT \"${commit}\"\n")
if(EXISTS ${HEADER})
  file(READ ${HEADER} known)
endif()
if(NOT text STREQUAL "${known}")
  file(WRITE ${HEADER} "${text}")
endif()
