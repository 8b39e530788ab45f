"""Functions made of nothing but +, −, ×, ÷, √, comparisons and tables.

IEEE 754 rounds each of these exactly, so what is made of them in a given order has the same bits
for one row in Python, for a batch in NumPy and in an exported torch program, on any machine. The
libraries' own logarithms and sines differ among each other in the last bit.
"""

from __future__ import annotations

import math
from typing import Any

_SQRT_HALF = math.sqrt(0.5)
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
# fdlibm's e_log.c, k_sin.c and k_cos.c (Sun Microsystems, 1993): minimax polynomials.
_LOG = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)
_SIN = (
    1.58969099521155010221e-10,
    -2.50507602534068634195e-08,
    2.75573137070700676789e-06,
    -1.98412698298579493134e-04,
    8.33333333332248946124e-03,
    -1.66666666666666324348e-01,
)
_COS = (
    -1.13596475577881948265e-11,
    2.08757232129817482790e-09,
    -2.75573143513906633035e-07,
    2.48015872894767294178e-05,
    -1.38888888888741095749e-03,
    4.16666666666666019037e-02,
)


def is_missing(x: Any) -> Any:
    """Return where a number is NaN or infinite."""
    return (x - x) != 0.0


def polynomial(x: Any, coefficients: tuple[float, ...]) -> Any:
    """Return a polynomial's value by Horner's rule, the highest power's coefficient first."""
    value = x * coefficients[0] + coefficients[1]
    for each in coefficients[2:]:
        value = value * x + each
    return value


def log(lane: Any, x: Any) -> Any:
    """Return the natural logarithm within one unit in the last place; NaN for 0 and below.

    The method is that of fdlibm's ``e_log.c``.
    """
    mantissa, exponent = lane.frexp(abs(x))
    small = mantissa < _SQRT_HALF
    f = lane.where(small, mantissa + mantissa, mantissa) - 1.0
    k = lane.where(small, exponent - 1.0, exponent)
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    c1, c2, c3, c4, c5, c6, c7 = _LOG
    r = w * (c2 + w * (c4 + w * c6)) + z * (c1 + w * (c3 + w * (c5 + w * c7)))
    half = 0.5 * f * f
    value = k * _LN2_HIGH - ((half - (s * (half + r) + k * _LN2_LOW)) - f)
    return lane.where(x > 0.0, lane.where(x == math.inf, math.inf, value), math.nan)


def log1p(lane: Any, x: Any) -> Any:
    """Return log(1 + x), exact for small x too; NaN for −1 and below.

    Kahan's way: the rounding of 1 + x is undone by x / ((1 + x) − 1).
    """
    more = 1.0 + x
    step = more - 1.0
    safe = lane.where(step == 0.0, 1.0, step)
    value = log(lane, more) * (x / safe)
    return lane.where(step == 0.0, x, lane.where(x == math.inf, math.inf, value))


def turn(lane: Any, x: Any, period: float) -> tuple[Any, Any]:
    """Return the sine and cosine of 2π·x/period.

    Whole turns are taken off before multiplying by π, so large x lose nothing to it.
    """
    turns = x / period
    turns = turns - lane.floor(turns)
    quarter = lane.floor(turns * 4.0 + 0.5)
    angle = (turns - quarter * 0.25) * (2.0 * math.pi)
    square = angle * angle
    sine = angle + angle * square * polynomial(square, _SIN)
    cosine = 1.0 - (0.5 * square - square * square * polynomial(square, _COS))
    odd = (quarter == 1.0) | (quarter == 3.0)
    first, second = lane.where(odd, cosine, sine), lane.where(odd, sine, cosine)
    down = (quarter == 2.0) | (quarter == 3.0)
    left = (quarter == 1.0) | (quarter == 2.0)
    return lane.where(down, 0.0 - first, first), lane.where(left, 0.0 - second, second)


# Algorithm AS 241, PPND16 (Wichura, 1988), as in the standard library's statistics module.
_CENTRE = (
    (
        2.5090809287301226727e03,
        3.3430575583588128105e04,
        6.7265770927008700853e04,
        4.5921953931549871457e04,
        1.3731693765509461125e04,
        1.9715909503065514427e03,
        1.3314166789178437745e02,
        3.3871328727963666080e00,
    ),
    (
        5.2264952788528545610e03,
        2.8729085735721942674e04,
        3.9307895800092710610e04,
        2.1213794301586595867e04,
        5.3941960214247511077e03,
        6.8718700749205790830e02,
        4.2313330701600911252e01,
        1.0,
    ),
)
_NEAR = (
    (
        7.74545014278341407640e-4,
        2.27238449892691845833e-2,
        2.41780725177450611770e-1,
        1.27045825245236838258e0,
        3.64784832476320460504e0,
        5.76949722146069140550e0,
        4.63033784615654529590e0,
        1.42343711074968357734e0,
    ),
    (
        1.05075007164441684324e-9,
        5.47593808499534494600e-4,
        1.51986665636164571966e-2,
        1.48103976427480074590e-1,
        6.89767334985100004550e-1,
        1.67638483018380384940e0,
        2.05319162663775882187e0,
        1.0,
    ),
)
_FAR = (
    (
        2.01033439929228813265e-7,
        2.71155556874348757815e-5,
        1.24266094738807843860e-3,
        2.65321895265761230930e-2,
        2.96560571828504891230e-1,
        1.78482653991729133580e0,
        5.46378491116411436990e0,
        6.65790464350110377720e0,
    ),
    (
        2.04426310338993978564e-15,
        1.42151175831644588870e-7,
        1.84631831751005468180e-5,
        7.86869131145613259100e-4,
        1.48753612908506148525e-2,
        1.36929880922735805310e-1,
        5.99832206555887937690e-1,
        1.0,
    ),
)


def normal_quantile(lane: Any, p: Any) -> Any:
    """Return the standard normal distribution's quantile of 0 < p < 1, to about 1e-16."""
    q = p - 0.5
    centre = 0.180625 - q * q
    middle = q * polynomial(centre, _CENTRE[0]) / polynomial(centre, _CENTRE[1])
    tail = lane.where(q < 0.0, p, 1.0 - p)
    r = lane.sqrt(0.0 - log(lane, tail))
    close, distant = r - 1.6, r - 5.0
    near = polynomial(close, _NEAR[0]) / polynomial(close, _NEAR[1])
    far = polynomial(distant, _FAR[0]) / polynomial(distant, _FAR[1])
    outer = lane.where(r <= 5.0, near, far)
    outer = lane.where(q < 0.0, 0.0 - outer, outer)
    return lane.where((q <= 0.425) & (q >= -0.425), middle, outer)


def civil(days: Any) -> tuple[Any, Any, Any]:
    """Return year, month and day of whole days since 1970, in the Gregorian calendar.

    Howard Hinnant's ``civil_from_days``, in whole numbers alone.
    """
    shifted = days + 719468
    era = shifted // 146097
    of_era = shifted - era * 146097
    year_of_era = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    part = (5 * of_year + 2) // 153
    day = of_year - (153 * part + 2) // 5 + 1
    late = part // 10  # January and February belong to the next year
    return year_of_era + era * 400 + late, part + 3 - 12 * late, day
