// Catch2, whichever version the system has: one header in 2, a folder in 3.
//
// Catch2 and base/check.h both have a CHECK. Tests use REQUIRE, so Catch2's gives way to ours.
#pragma once

#if LEADSPOOL_CATCH2_VERSION == 3
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

#undef CHECK
#include "base/check.h"
