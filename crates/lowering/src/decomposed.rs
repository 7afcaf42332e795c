//! Matrices: read from a list of transforms, and moves that are unlike one another, taken apart so that one can go over into the other: css-transforms-1, section 12.

use std::str::FromStr as _;

use tiny_skia_path::Transform;

/// The parts that a matrix of the plane is made of.
struct DecomposedMatrix {
    by: [f64; 2],
    size: [f64; 2],
    /// In degrees.
    turn: f64,
    rest: [f64; 4],
}

/// The matrix at a share of the way from one to another; `None` where one can't be turned back.
pub(super) fn between(from: Transform, to: Transform, share: f64) -> Option<[f64; 6]> {
    let (mut from, mut to) = (apart(from)?, apart(to)?);
    // A mirror and half a turn are two names of one thing.
    if (from.size[0] < 0.0 && to.size[1] < 0.0) || (from.size[1] < 0.0 && to.size[0] < 0.0) {
        from.size = from.size.map(|size| -size);
        from.turn += if from.turn < 0.0 { 180.0 } else { -180.0 };
    }
    // The shorter way round.
    if (from.turn - to.turn).abs() > 180.0 {
        if from.turn > to.turn {
            from.turn -= 360.0;
        } else {
            to.turn -= 360.0;
        }
    }
    let mix = |a: f64, b: f64| a + (b - a) * share;
    let [x, y] = [0, 1].map(|at| mix(from.by[at], to.by[at]));
    let [wide, high] = [0, 1].map(|at| mix(from.size[at], to.size[at]));
    let [a, b, c, d] = [0, 1, 2, 3].map(|at| mix(from.rest[at], to.rest[at]));
    let (sine, cosine) = mix(from.turn, to.turn).to_radians().sin_cos();
    let turned = [a * cosine + c * sine, b * cosine + d * sine, c * cosine - a * sine, d * cosine - b * sine];
    Some([turned[0] * wide, turned[1] * wide, turned[2] * high, turned[3] * high, x, y])
}

fn apart(whole: Transform) -> Option<DecomposedMatrix> {
    let [mut a, mut b, mut c, mut d] = [whole.sx, whole.ky, whole.kx, whole.sy].map(f64::from);
    let area = a * d - b * c;
    if area == 0.0 || !area.is_finite() {
        return None;
    }
    let mut size = [a.hypot(b), c.hypot(d)];
    if area < 0.0 {
        let which = usize::from(a >= d);
        size[which] = -size[which];
    }
    a /= size[0];
    b /= size[0];
    c /= size[1];
    d /= size[1];
    let turn = b.atan2(a);
    let (sine, cosine) = turn.sin_cos();
    let rest = [a * cosine + b * sine, b * cosine - a * sine, c * cosine + d * sine, d * cosine - c * sine];
    let rest = if turn == 0.0 { [a, b, c, d] } else { back(rest) };
    Some(DecomposedMatrix {
        by: [f64::from(whole.tx), f64::from(whole.ty)],
        size,
        turn: turn.to_degrees(),
        rest,
    })
}

/// Rounded, so that the last digits of sines are the same everywhere.
fn back(rest: [f64; 4]) -> [f64; 4] {
    rest.map(|part| (part * 1e9).round() / 1e9)
}

/// A list of transforms in the renderer's words.
pub(super) fn parsed(list: &str) -> Option<Transform> {
    let found = svgtypes::Transform::from_str(list).ok()?;
    let [a, b, c, d, e, f] = [found.a, found.b, found.c, found.d, found.e, found.f].map(|part| part as f32);
    Some(Transform::from_row(a, b, c, d, e, f))
}
