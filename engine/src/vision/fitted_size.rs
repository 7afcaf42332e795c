//! Sizes in whole tokens, within the bounds that a family has on them.

/// Whole tokens both ways, as near as can be to the picture's own size unless that is out of bounds.
pub(super) fn by_area(
    (width, height): (usize, usize),
    side: usize,
    min: usize,
    max: usize,
) -> (usize, usize) {
    let (w, h, f) = (width as f64, height as f64, side as f64);
    let whole = |x: f64| (x / f).round_ties_even() as usize * side;
    let (wide, high) = (whole(w), whole(h));
    if wide * high > max {
        let shrink = (w * h / max as f64).sqrt();
        let floor = |x: f64| side.max((x / shrink / f).floor() as usize * side);
        (floor(w), floor(h))
    } else if wide * high < min {
        let grow = (min as f64 / (w * h)).sqrt();
        let ceil = |x: f64| (x * grow / f).ceil() as usize * side;
        (ceil(w), ceil(h))
    } else {
        (wide, high)
    }
}

/// The longer side cut where the rules for thin pictures leave more tokens than there may be.
pub(super) fn shortened((width, height): (usize, usize), side: usize, most: usize) -> (usize, usize) {
    let (across, down) = (width / side, height / side);
    match across.saturating_mul(down) <= most {
        true => (width, height),
        false if across > down => ((most / down).max(1) * side, height),
        false => (width, (most / across).max(1) * side),
    }
}

/// The largest size of its shape that so many tokens hold.
pub(super) fn by_tokens(
    (width, height): (usize, usize),
    side: usize,
    tokens: usize,
) -> Option<(usize, usize)> {
    let (w, h) = (width as f64, height as f64);
    let stretch = ((tokens * side * side) as f64 / (w * h)).sqrt();
    let whole = |x: f64| (stretch * x / side as f64).floor() as usize * side;
    let longest = tokens * side;
    match (whole(w), whole(h)) {
        (0, 0) => None,
        (_, 0) => Some((longest.min(width / height * side), side)),
        (0, _) => Some((side, longest.min(height / width * side))),
        size => Some(size),
    }
}

/// Whole tokens both ways, rounded up, with no edge longer than `edge` nor more tokens than `most`.
pub(super) fn by_edge(size: (usize, usize), side: usize, edge: usize, most: usize) -> (usize, usize) {
    let fit = |edge: usize| {
        let ratio = (size.1 as f64 / edge as f64).max(size.0 as f64 / edge as f64);
        let shrunk = |x: usize| if ratio > 1.0 { ((x as f64 / ratio).floor() as usize).max(1) } else { x };
        let up = |x: usize| shrunk(x).div_ceil(side) * side;
        (up(size.0), up(size.1))
    };
    let mut edge = edge;
    loop {
        let (width, height) = fit(edge);
        if edge <= side || (width / side).saturating_mul(height / side) <= most {
            return shortened((width, height), side, most);
        }
        edge = edge.min(width.max(height)) - 1;
    }
}
