# What every target is compiled with, and the switches that the presets set.
option(KIZASHI_TESTS "Build the unit tests" ON)
option(KIZASHI_UNITY "Compile several sources of a room as one unit" ON)
set(KIZASHI_UNITY_SIZE 16 CACHE STRING "How many, at most")
option(KIZASHI_BENCHES "Build the micro-benchmarks" OFF)
option(KIZASHI_FUZZERS "Build the libFuzzer targets (clang only)" OFF)
set(KIZASHI_SANITIZE "" CACHE STRING "Sanitizers, such as address,undefined or thread")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(ccache_program ccache)
if(ccache_program)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${ccache_program}")
endif()

add_library(kizashi_options INTERFACE)
target_compile_options(kizashi_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion
                       -Wno-sign-conversion -Werror -fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=)
if(NOT KIZASHI_UNITY)
  target_compile_options(kizashi_options INTERFACE -Wshadow)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # A name of another source of the unit is no shadowed one, and no unnamed namespace is one of a header.
  target_compile_options(kizashi_options INTERFACE -Wshadow=local -Wno-subobject-linkage)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 sees overlaps in std::string that are none (GCC bug 105651).
  target_compile_options(kizashi_options INTERFACE -Wno-restrict)
endif()
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  # SSE4.2 and POPCNT: every x86-64 server since 2009.
  target_compile_options(kizashi_options INTERFACE -march=x86-64-v2)
endif()
if(KIZASHI_SANITIZE)
  # What the sanitizers add is optimised away by nothing: to optimise takes two and a half times as long to compile, which
  # only those rooms gain by in their tests that compute (KizashiRoom.cmake).
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O0 -g1 -DNDEBUG")
  target_compile_options(kizashi_options INTERFACE -fsanitize=${KIZASHI_SANITIZE}
                         -fno-omit-frame-pointer -fno-sanitize-recover=all
                         -fno-sanitize=vptr  # takes every object for wrong where no file can be opened any more
                         $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)  # wrong at -O1
  target_compile_definitions(kizashi_options INTERFACE KIZASHI_SANITIZED)
  target_link_options(kizashi_options INTERFACE -fsanitize=${KIZASHI_SANITIZE})
  find_program(lld_program ld.lld)
  if(lld_program AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")  # ld takes many times as long with so much debug information
    target_link_options(kizashi_options INTERFACE -fuse-ld=lld)
  endif()
endif()
