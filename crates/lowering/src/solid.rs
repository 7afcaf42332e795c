//! Moves in space that follow one another, as their shadow on the plane (css-transforms-2, section 12). A browser heeds no
//! perspective in a drawing.

use super::decomposed::parsed;
use super::numbers::{angle, number, split};

type Matrix4 = [[f64; 4]; 4];

const STILL: Matrix4 =
    [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]];

/// Whether a function turns out of the plane.
pub(super) fn is_solid(name: &str) -> bool {
    matches!(name, "rotatex" | "rotatey" | "rotate3d" | "matrix3d")
}

/// The shadow of a list of functions, each with its name and arguments; `flat` has what each is in the plane, `length` reads one.
pub(super) fn shadow(
    functions: &[(String, String)],
    flat: &[String],
    length: &dyn Fn(&str) -> Option<f64>,
) -> Option<String> {
    let mut whole = STILL;
    for ((name, inside), flat) in functions.iter().zip(flat) {
        whole = times(&whole, &one(name, inside, flat, length)?);
    }
    let parts = [whole[0][0], whole[1][0], whole[0][1], whole[1][1], whole[0][3], whole[1][3]];
    Some(format!("matrix({})", parts.map(super::numbers::written).join(" ")))
}

fn one(name: &str, inside: &str, flat: &str, length: &dyn Fn(&str) -> Option<f64>) -> Option<Matrix4> {
    let said = split(inside, ',');
    let at = |which: usize| said.get(which).copied().unwrap_or_default();
    Some(match name {
        "rotatex" => turned([1.0, 0.0, 0.0], angle(at(0))?),
        "rotatey" => turned([0.0, 1.0, 0.0], angle(at(0))?),
        "rotate3d" => turned([number(at(0))?, number(at(1))?, number(at(2))?], angle(at(3))?),
        "matrix3d" => {
            let mut made = STILL;
            for (place, text) in said.iter().enumerate().take(16) {
                made[place % 4][place / 4] = number(text)?;
            }
            made
        }
        _ => {
            let mut made = STILL;
            if let Some(plane) = parsed(flat) {
                [made[0][0], made[1][0], made[0][1], made[1][1], made[0][3], made[1][3]] =
                    [plane.sx, plane.ky, plane.kx, plane.sy, plane.tx, plane.ty].map(f64::from);
            }
            match name {
                "translatez" => made[2][3] = length(at(0))?,
                "translate3d" => made[2][3] = length(at(2))?,
                "scalez" => made[2][2] = number(at(0))?,
                "scale3d" => made[2][2] = number(at(2))?,
                _ => {}
            }
            made
        }
    })
}

/// A turn about an axis, in degrees.
fn turned(axis: [f64; 3], degrees: f64) -> Matrix4 {
    let long = axis.iter().map(|part| part * part).sum::<f64>().sqrt();
    if long == 0.0 {
        return STILL;
    }
    let [x, y, z] = axis.map(|part| part / long);
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let away = 1.0 - cosine;
    [
        [x * x * away + cosine, x * y * away - z * sine, x * z * away + y * sine, 0.0],
        [x * y * away + z * sine, y * y * away + cosine, y * z * away - x * sine, 0.0],
        [x * z * away - y * sine, y * z * away + x * sine, z * z * away + cosine, 0.0],
        [0.0, 0.0, 0.0, 1.0],
    ]
}

fn times(a: &Matrix4, b: &Matrix4) -> Matrix4 {
    let mut made = [[0.0; 4]; 4];
    for (row, line) in made.iter_mut().enumerate() {
        for (column, part) in line.iter_mut().enumerate() {
            *part = (0..4).map(|at| a[row][at] * b[at][column]).sum();
        }
    }
    made
}
