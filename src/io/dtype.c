#include "io/dtype.h"

#include <math.h>
#include <string.h>

static const struct {
    const char *name;
    uint8_t bits;
} types[DTYPES] = {
    [DTYPE_F32] = {"F32", 32},
    [DTYPE_F64] = {"F64", 64},
    [DTYPE_F16] = {"F16", 16},
    [DTYPE_BF16] = {"BF16", 16},
    [DTYPE_I64] = {"I64", 64},
    [DTYPE_I32] = {"I32", 32},
    [DTYPE_I16] = {"I16", 16},
    [DTYPE_I8] = {"I8", 8},
    [DTYPE_U64] = {"U64", 64},
    [DTYPE_U32] = {"U32", 32},
    [DTYPE_U16] = {"U16", 16},
    [DTYPE_U8] = {"U8", 8},
    [DTYPE_BOOL] = {"BOOL", 8},
    [DTYPE_C64] = {"C64", 64},
    [DTYPE_F8_E5M2] = {"F8_E5M2", 8},
    [DTYPE_F8_E4M3] = {"F8_E4M3", 8},
    [DTYPE_F8_E8M0] = {"F8_E8M0", 8},
    [DTYPE_F8_E5M2FNUZ] = {"F8_E5M2FNUZ", 8},
    [DTYPE_F8_E4M3FNUZ] = {"F8_E4M3FNUZ", 8},
    [DTYPE_F6_E2M3] = {"F6_E2M3", 6},
    [DTYPE_F6_E3M2] = {"F6_E3M2", 6},
    [DTYPE_F4] = {"F4", 4},
};

const char *dtype_name(enum dtype type)
{
    return types[type].name;
}

bool dtype_find(const char *name, enum dtype *type)
{
    for (int i = 0; name != NULL && i < DTYPES; i++) {
        if (strcmp(types[i].name, name) == 0) {
            *type = (enum dtype)i;
            return true;
        }
    }
    return false;
}

size_t dtype_bits(enum dtype type)
{
    return types[type].bits;
}

bool dtype_has_values(enum dtype type)
{
    return type < DTYPE_C64;
}

static float float_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double double_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* 1 sign bit, 5 of the exponent with bias 15, 10 of the fraction. */
static double half_of(uint32_t bits)
{
    int exponent = (int)(bits >> 10 & 31);
    double fraction = (double)(bits & 1023), size;
    if (exponent == 31)
        size = fraction == 0 ? (double)INFINITY : (double)NAN;
    else if (exponent == 0)
        size = ldexp(fraction, -24);
    else
        size = ldexp(1024 + fraction, exponent - 25);
    return (bits & 0x8000) != 0 ? -size : size;
}

static uint64_t read_bits(const uint8_t *bytes, size_t size)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < size; i++)
        bits |= (uint64_t)bytes[i] << (8 * i);
    return bits;
}

double dtype_value(enum dtype type, const uint8_t *bytes, size_t i)
{
    size_t size = dtype_bits(type) / 8;
    uint64_t bits = read_bits(bytes + size * i, size);
    switch (type) {
    case DTYPE_F32:
        return (double)float_of((uint32_t)bits);
    case DTYPE_F64:
        return double_of(bits);
    case DTYPE_F16:
        return half_of((uint32_t)bits);
    case DTYPE_BF16:
        return (double)float_of((uint32_t)bits << 16);
    case DTYPE_I64:
        return (double)(int64_t)bits;
    case DTYPE_I32:
        return (double)(int32_t)bits;
    case DTYPE_I16:
        return (double)(int16_t)bits;
    case DTYPE_I8:
        return (double)(int8_t)bits;
    default:
        return (double)bits;
    }
}

void dtype_encode_f32(float value, uint8_t bytes[4])
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (isnan(value))
        bits = 0x7fc00000;
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(bits >> (8 * i));
}

float dtype_decode_f32(const uint8_t bytes[4])
{
    return float_of((uint32_t)read_bits(bytes, 4));
}
