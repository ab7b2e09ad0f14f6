/* Included before everything else by the static analysers alone, which see one file at a time: what
 * functions of other files return. */
#ifndef REINIT_TESTS_ANALYSER_H
#define REINIT_TESTS_ANALYSER_H

#include "base/error.h"

#define error_set(...) ((void)error_set(__VA_ARGS__), false)
#define error_errno(...) ((void)error_errno(__VA_ARGS__), false)
#define error_memory(...) ((void)error_memory(__VA_ARGS__), false)

#endif
