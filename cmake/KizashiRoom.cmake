# Test programs are not built with the rest. `ninja unit_tests` builds those of all rooms; `threads_tests` those of rooms that
# link threads, for the thread sanitizer (`ctest -L threads`); `release_tests` those of rooms that compute, which have to pass as
# people run them, too, and of what sanitizers leave out.
foreach(tests unit_tests threads_tests release_tests)
  if(NOT TARGET ${tests})
    add_custom_target(${tests})
  endif()
endforeach()

# Many sources to a unit: what takes long here are the headers and inline functions of libraries, which every source that uses
# them compiles again. Where all is compiled at once, as with sanitizers, larger units are better.
function(kizashi_units target)
  if(KIZASHI_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${KIZASHI_UNITY_SIZE})
  endif()
endfunction()

# What is not done for each packet or event, and tests: to optimise it further takes longer than all that it saves.
function(kizashi_rarely_run)
  foreach(target ${ARGN})
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  endforeach()
endfunction()

# kizashi_room(NAME [COMPUTES] USES room... LIBRARIES target...)
#
# One static library per room, from every .cpp in the folder. A room sees its own headers as
# "kizashi/NAME/..." and those of the rooms named in USES (and what they use), and no others: the include
# folder of a room holds one link, so an include against the arrows does not compile.
# Sources are compiled several to a unit (KIZASHI_UNITY): names in unnamed namespaces are therefore unique in a room,
# and where a file of tests wants common ones it says so with SKIP_UNITY_BUILD_INCLUSION.
# COMPUTES: its code is optimised with the address sanitizer too, and so are its tests, whose slow twins do what the room does.
# Beside the sources: *.test.cpp become the test program NAME_test, *.bench.cpp become NAME_bench,
# *.fuzz.cpp become one libFuzzer program each, named fuzz_STEM.
function(kizashi_room name)
  cmake_parse_arguments(room "COMPUTES" "" "USES;LIBRARIES" ${ARGN})
  set(root "${CMAKE_BINARY_DIR}/rooms/${name}")
  file(MAKE_DIRECTORY "${root}/kizashi")
  file(CREATE_LINK "${CMAKE_CURRENT_SOURCE_DIR}" "${root}/kizashi/${name}" SYMBOLIC)

  file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cpp)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "\\.test\\.cpp$")
  set(benches ${sources})
  list(FILTER benches INCLUDE REGEX "\\.bench\\.cpp$")
  set(fuzzers ${sources})
  list(FILTER fuzzers INCLUDE REGEX "\\.fuzz\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "\\.(test|bench|fuzz)\\.cpp$|/main\\.cpp$")

  list(TRANSFORM room_USES PREPEND kizashi_ OUTPUT_VARIABLE uses)
  add_library(kizashi_${name} STATIC ${sources})
  target_include_directories(kizashi_${name} PUBLIC "${root}")
  target_link_libraries(kizashi_${name} PUBLIC kizashi_options ${uses} ${room_LIBRARIES})
  kizashi_units(kizashi_${name})
  set(optimised)
  if(KIZASHI_SANITIZE MATCHES "address" AND room_COMPUTES)
    set(optimised -O1)
  endif()
  target_compile_options(kizashi_${name} PRIVATE ${optimised})
  if(KIZASHI_FUZZERS AND fuzzers)
    # What tells a fuzzer where it has been takes a third more to compile: in rooms that have something to be fuzzed.
    target_compile_options(kizashi_${name} PRIVATE -fsanitize=fuzzer-no-link)
  endif()

  if(KIZASHI_TESTS AND tests)
    add_executable(${name}_test EXCLUDE_FROM_ALL ${tests})
    add_dependencies(unit_tests ${name}_test)
    if(room_COMPUTES)
      add_dependencies(release_tests ${name}_test)
    endif()
    target_link_libraries(${name}_test PRIVATE kizashi_${name} GTest::gmock GTest::gtest_main)
    kizashi_units(${name}_test)
    kizashi_rarely_run(${name}_test)
    target_compile_options(${name}_test PRIVATE ${optimised})
    target_compile_definitions(${name}_test PRIVATE
                               KIZASHI_SHARED_DIR="${CMAKE_SOURCE_DIR}/../shared"
                               KIZASHI_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    set(label "${name}")
    if("Threads::Threads" IN_LIST room_LIBRARIES)
      string(APPEND label "-threads")
      add_dependencies(threads_tests ${name}_test)
    endif()
    gtest_discover_tests(${name}_test DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 600 LABELS ${label})
  endif()
  if(KIZASHI_BENCHES AND benches)
    add_executable(${name}_bench ${benches})
    target_link_libraries(${name}_bench PRIVATE kizashi_${name} benchmark::benchmark_main)
  endif()
  if(KIZASHI_FUZZERS)
    foreach(file ${fuzzers})
      get_filename_component(stem "${file}" NAME)
      string(REPLACE ".fuzz.cpp" "" stem "${stem}")
      add_executable(fuzz_${stem} "${file}")
      target_link_libraries(fuzz_${stem} PRIVATE kizashi_${name})
      target_compile_options(fuzz_${stem} PRIVATE -fsanitize=fuzzer-no-link)
      target_link_options(fuzz_${stem} PRIVATE -fsanitize=fuzzer)
    endforeach()
  endif()
endfunction()
