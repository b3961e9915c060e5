// JSON documents of this program (`kizashi/answer/json_document.hpp`) under its own names.
#pragma once

#include "kizashi/answer/json_document.hpp"

namespace kizashi::app {

using answer::json;
using answer::json_document;
using answer::name_json;
using answer::text_of;
using answer::time_json;

}  // namespace kizashi::app
