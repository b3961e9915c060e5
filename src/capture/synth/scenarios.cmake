# Puts the files of scenarios/ into the binary: one string each, in a source file made while configuring.
file(GLOB scenario_files CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/scenarios/*.toml")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${scenario_files})
set(rows "")
foreach(file ${scenario_files})
  get_filename_component(name "${file}" NAME_WE)
  file(READ "${file}" text)
  string(APPEND rows "    {\"${name}\", R\"scenario(${text})scenario\"},\n")
endforeach()
set(shipped "${CMAKE_CURRENT_BINARY_DIR}/shipped_scenarios.cpp")
file(WRITE "${shipped}.new" "#include \"kizashi/capture/synth/internal/shipped.hpp\"

namespace kizashi::capture::synth {

auto shipped_scenarios() -> std::span<shipped_scenario const> {
  static constexpr shipped_scenario all[] = {
${rows}  };
  return all;
}

}  // namespace kizashi::capture::synth
")
configure_file("${shipped}.new" "${shipped}" COPYONLY)
target_sources(kizashi_capture PRIVATE "${shipped}")
# A seed gives the same packets on every machine: no multiplication and addition in one rounding.
target_compile_options(kizashi_capture PRIVATE -ffp-contract=off)
