/* Element types of safetensors files: name, size, and an element's value where it is one number.
 *
 * Elements are little-endian. F16: IEEE 754 binary16; BF16: the upper half of a float32.
 */
#ifndef REINIT_IO_DTYPE_H
#define REINIT_IO_DTYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The types with values first. DTYPE_F32 is 0, so that it is what an initialiser leaves out. */
enum dtype {
    DTYPE_F32,
    DTYPE_F64,
    DTYPE_F16,
    DTYPE_BF16,
    DTYPE_I64,
    DTYPE_I32,
    DTYPE_I16,
    DTYPE_I8,
    DTYPE_U64,
    DTYPE_U32,
    DTYPE_U16,
    DTYPE_U8,
    DTYPE_BOOL,
    DTYPE_C64, /* from here on without values */
    DTYPE_F8_E5M2,
    DTYPE_F8_E4M3,
    DTYPE_F8_E8M0,
    DTYPE_F8_E5M2FNUZ,
    DTYPE_F8_E4M3FNUZ,
    DTYPE_F6_E2M3,
    DTYPE_F6_E3M2,
    DTYPE_F4,
    DTYPES
};

/* As the files spell it. */
const char *dtype_name(enum dtype type);

/* False if there is no type of that name, or the name is NULL. */
bool dtype_find(const char *name, enum dtype *type);

/* Of one element; 4 and 6 are possible. */
size_t dtype_bits(enum dtype type);

/* Whether dtype_value can give its elements. */
bool dtype_has_values(enum dtype type);

/* Element i of an array. 64-bit integers are rounded to double. */
double dtype_value(enum dtype type, const uint8_t *bytes, size_t i);

/* A float32 as bytes, with NaN in one form, 0x7fc00000; and bytes as the float32 that they are. */
void dtype_encode_f32(float value, uint8_t bytes[4]);
float dtype_decode_f32(const uint8_t bytes[4]);

#endif
