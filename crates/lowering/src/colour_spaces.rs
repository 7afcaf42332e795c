//! The spaces of `color()`, by the matrices of css-color-4, section 17.

use csscolorparser::Color;

/// The three rows of a matrix of three columns.
type Matrix3 = [[f64; 3]; 3];

const XYZ_TO_SRGB: Matrix3 = [
    [3.240_969_941_904_522_6, -1.537_383_177_570_094, -0.498_610_760_293_003_4],
    [-0.969_243_636_280_879_6, 1.875_967_501_507_720_2, 0.041_555_057_407_175_59],
    [0.055_630_079_696_993_66, -0.203_976_958_888_976_52, 1.056_971_514_242_878_6],
];
const P3_TO_SRGB: Matrix3 =
    [[1.224_940, -0.224_940, 0.0], [-0.042_057, 1.042_057, 0.0], [-0.019_638, -0.078_636, 1.098_274]];
const REC2020_TO_XYZ: Matrix3 = [
    [0.636_958_048_301_291_4, 0.144_616_903_586_208_32, 0.168_880_975_164_172_1],
    [0.262_700_212_011_267_1, 0.677_998_071_518_870_8, 0.059_301_716_469_861_96],
    [0.0, 0.028_072_693_049_087_428, 1.060_985_057_710_791],
];
const A98_TO_XYZ: Matrix3 = [
    [0.576_669_042_910_130_5, 0.185_558_237_906_546_3, 0.188_228_646_234_994_7],
    [0.297_344_975_250_536_05, 0.627_363_566_255_466_1, 0.075_291_458_493_997_88],
    [0.027_031_361_386_412_34, 0.070_688_852_535_827_23, 0.991_337_536_837_638_8],
];
const PROPHOTO_TO_D50: Matrix3 = [
    [0.797_766_644_900_642_3, 0.135_181_297_400_533_08, 0.031_347_734_128_392_2],
    [0.288_074_828_819_401_3, 0.711_835_234_241_873, 0.000_089_936_938_725_64],
    [0.0, 0.0, 0.825_104_602_510_460_2],
];
const D50_TO_XYZ: Matrix3 = [
    [0.955_473_421_488_075, -0.023_098_454_948_764_71, 0.063_259_243_200_570_72],
    [-0.028_369_709_333_863_7, 1.009_995_398_081_304_1, 0.021_041_441_191_917_323],
    [0.012_314_014_864_481_998, -0.020_507_649_298_898_964, 1.330_365_926_242_124],
];

/// A colour in a space by its parts; `None` where there is no such space.
pub(super) fn colour(space: &str, parts: [f32; 3], alpha: f32) -> Option<Color> {
    let [red, green, blue] = parts;
    let wide = parts.map(f64::from);
    let linear = match space {
        "srgb" => return Some(Color::new(red, green, blue, alpha)),
        "srgb-linear" => wide,
        "display-p3-linear" => times(P3_TO_SRGB, wide),
        "display-p3" => {
            let [r, g, b, _] = Color::new(red, green, blue, 1.0).to_linear_rgba().map(f64::from);
            times(P3_TO_SRGB, [r, g, b])
        }
        "rec2020" => times(XYZ_TO_SRGB, times(REC2020_TO_XYZ, wide.map(rec2020))),
        "a98-rgb" => times(XYZ_TO_SRGB, times(A98_TO_XYZ, wide.map(|part| power(part, 563.0 / 256.0)))),
        "prophoto-rgb" => {
            let light =
                wide.map(|part| if part.abs() <= 16.0 / 512.0 { part / 16.0 } else { power(part, 1.8) });
            times(XYZ_TO_SRGB, times(D50_TO_XYZ, times(PROPHOTO_TO_D50, light)))
        }
        "xyz" | "xyz-d65" => times(XYZ_TO_SRGB, wide),
        "xyz-d50" => times(XYZ_TO_SRGB, times(D50_TO_XYZ, wide)),
        _ => return None,
    };
    let [red, green, blue] = linear.map(|part| part as f32);
    Some(Color::from_linear_rgba(red, green, blue, alpha))
}

/// The parts of a colour in a space; `None` where there is no such space.
pub(super) fn parts(space: &str, colour: &Color) -> Option<[f64; 3]> {
    let [red, green, blue, _] = colour.to_linear_rgba().map(f64::from);
    let linear = [red, green, blue];
    let back = |matrix: Matrix3, light: [f64; 3]| inverse(matrix).map(|matrix| times(matrix, light));
    let xyz = || back(XYZ_TO_SRGB, linear);
    Some(match space {
        "srgb" => [colour.r, colour.g, colour.b].map(f64::from),
        "srgb-linear" => linear,
        "display-p3-linear" => back(P3_TO_SRGB, linear)?,
        "display-p3" => {
            let [r, g, b] = back(P3_TO_SRGB, linear)?.map(|part| part as f32);
            let made = Color::from_linear_rgba(r, g, b, 1.0);
            [made.r, made.g, made.b].map(f64::from)
        }
        "rec2020" => back(REC2020_TO_XYZ, xyz()?)?.map(|part| {
            let low = part.abs() < REC2020_BETA;
            if low {
                part * 4.5
            } else {
                (REC2020_ALPHA * power(part.abs(), 0.45) - (REC2020_ALPHA - 1.0)) * part.signum()
            }
        }),
        "a98-rgb" => back(A98_TO_XYZ, xyz()?)?.map(|part| power(part, 256.0 / 563.0)),
        "prophoto-rgb" => back(PROPHOTO_TO_D50, back(D50_TO_XYZ, xyz()?)?)?
            .map(|part| if part.abs() < 1.0 / 512.0 { part * 16.0 } else { power(part, 1.0 / 1.8) }),
        "xyz" | "xyz-d65" => xyz()?,
        "xyz-d50" => back(D50_TO_XYZ, xyz()?)?,
        _ => return None,
    })
}

/// The inverse of a matrix.
fn inverse([a, b, c]: Matrix3) -> Option<Matrix3> {
    let cross = |u: [f64; 3], v: [f64; 3]| {
        [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]]
    };
    let columns = [cross(b, c), cross(c, a), cross(a, b)];
    let whole: f64 = a.iter().zip(columns[0]).map(|(a, b)| a * b).sum();
    (whole != 0.0).then(|| [0, 1, 2].map(|row| columns.map(|column| column[row] / whole)))
}

fn times(matrix: Matrix3, [x, y, z]: [f64; 3]) -> [f64; 3] {
    matrix.map(|[a, b, c]| a * x + b * y + c * z)
}

/// A power that keeps the sign, rounded, since its last digits are each system's own.
fn power(part: f64, exponent: f64) -> f64 {
    (part.abs().powf(exponent) * 1e9).round() / 1e9 * part.signum()
}

const REC2020_ALPHA: f64 = 1.099_296_826_809_44;
const REC2020_BETA: f64 = 0.018_053_968_510_807;

fn rec2020(part: f64) -> f64 {
    if part.abs() < REC2020_BETA * 4.5 {
        part / 4.5
    } else {
        power((part.abs() + REC2020_ALPHA - 1.0) / REC2020_ALPHA, 1.0 / 0.45) * part.signum()
    }
}
