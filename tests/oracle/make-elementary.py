#!/usr/bin/python3
"""Makes tests/unit/elementary_values.h: exp and log of float32 arguments, correctly rounded to double.

Usage, from the repository's root:  /usr/bin/python3 tests/oracle/make-elementary.py
Needs NumPy. The values are Python's decimal module's, whose exp and ln are correctly rounded at the
60 digits asked for here; float() then rounds once more, to the nearest double.

Arguments: some drawn from every binade, some near the edges, the five for which log rounded to double
and then to float32 is wrong (found by check-elementary.c), and hard ones: out of some millions those
whose result lies nearest to the middle between two neighbouring float32 numbers, where an error of
2^-48 already decides what a float32 result is.
"""
import decimal

import numpy

DRAWN, HARD, MILLIONS = 4, 48, 8
ROUNDED_TWICE = ["0x1.827a74p-7", "0x1.2f1fd6p+3", "0x1.bacb4ap+25", "0x1.b121a6p+76",
                 "0x1.6351d8p+95"]

decimal.getcontext().prec = 60
decimal.getcontext().Emin, decimal.getcontext().Emax = -999999, 999999


def middle_distance(values):
    """How far, in units in the last place of float32, a double is from the middle of two floats."""
    single = numpy.abs(values.astype(numpy.float32)).astype(numpy.float64)
    with numpy.errstate(all="ignore"):
        ulp = numpy.exp2(numpy.floor(numpy.log2(numpy.abs(values))) - 23)
        return numpy.abs(numpy.abs(single - numpy.abs(values)) / ulp - 0.5)


def hardest(function, arguments):
    distance = middle_distance(function(arguments.astype(numpy.float64)))
    distance[~numpy.isfinite(distance)] = 1
    return arguments[numpy.argsort(distance)[:HARD]]


def drawn(generator, exponents):
    """DRAWN floats from each binade 2^e .. 2^(e+1)."""
    return numpy.concatenate([
        (generator.uniform(1, 2, DRAWN) * 2.0 ** e).astype(numpy.float32) for e in exponents])


def short(value):
    """C's hexadecimal form, without zeros at the end."""
    mantissa, exponent = value.hex().split("p")
    return (mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa) + "p" + exponent


def table(name, arguments, function):
    lines = ["/* x, %s(x) */" % name,
             "static const struct elementary_value %s_values[] = {" % name]
    pairs = ["{%s, %s}," % (short(x), short(float(function(decimal.Decimal(x)))))
             for x in sorted(set(float(a) for a in arguments))]
    lines += ["    " + " ".join(pairs[i:i + 2]) for i in range(0, len(pairs), 2)]
    return lines + ["};"]


def main():
    generator = numpy.random.default_rng(1)
    many = 1000000 * MILLIONS
    small = drawn(generator, range(-30, 6))
    exp_arguments = numpy.concatenate([
        small, -small, generator.uniform(-708, 709, 60).astype(numpy.float32),
        hardest(numpy.exp, generator.uniform(-87, 88, many).astype(numpy.float32)),
        numpy.array([0, 1, -1, 88.72283, 88.72284, -87.33654, -103.97208, -104, 709.5],
                    numpy.float32)])
    near_one = (1 + generator.uniform(-1, 1, 40) * 2.0 ** generator.integers(-22, -1, 40))
    bits = generator.integers(1, 0x7f800000, many, dtype=numpy.uint32)
    log_arguments = numpy.concatenate([
        drawn(generator, range(-126, 127, 4)), near_one.astype(numpy.float32),
        hardest(numpy.log, bits.view(numpy.float32)),
        numpy.array([float.fromhex(x) for x in ROUNDED_TWICE], numpy.float32),
        numpy.array([1, 2, 10, 2.0 ** -149, 2.0 ** -126, 3.4028234e38, 1 + 2.0 ** -23,
                     1 - 2.0 ** -24, 0.70710677, 0.70710683, 1.4142135], numpy.float32)])
    lines = ["/* exp and log, correctly rounded; made by tests/oracle/make-elementary.py. */",
             "#ifndef REINIT_TESTS_ELEMENTARY_VALUES_H", "#define REINIT_TESTS_ELEMENTARY_VALUES_H",
             "", "/* clang-format off */", "struct elementary_value {", "    double x, value;",
             "};", ""]
    lines += table("exp", exp_arguments, lambda x: x.exp()) + [""]
    lines += table("log", log_arguments, lambda x: x.ln()) + ["", "#endif"]
    with open("tests/unit/elementary_values.h", "w") as out:
        print("\n".join(lines), file=out)


main()
