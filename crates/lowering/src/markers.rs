//! Markers where the renderer has others: it takes each piece of an arc for a vertex, turns those at the end of a closed path
//! apart, and puts some on shapes that have none (svg-2, section 11.6).

use std::collections::HashSet;

use svgtypes::{PathParser, PathSegment, SimplePathSegment, SimplifyingPathParser};

use super::ids;
use super::numbers::written;
use super::properties;
use super::tree::{ChildNode, Element, Tree};

/// Vertices that are marked anew, in one drawing.
const MOST: usize = 4000;
/// The length by which the path that bears a marker goes on, as a share of its place: far enough to tell its
/// direction.
const STEP: f64 = 1e-3;
/// The least that it goes on: far more than the last place that numbers are written with.
const LEAST_STEP: f64 = 1e-2;

const SIDES: [&str; 3] = ["marker-start", "marker-mid", "marker-end"];

/// Gives each vertex that the renderer would miss or turn another way a path of its own, which bears its marker.
pub(super) fn lower(tree: &mut Tree) {
    if !(0..tree.len()).any(|element| tree[element].name == "marker") {
        return;
    }
    let by_id = ids::by_id(tree);
    let along: HashSet<String> = (0..tree.len())
        .filter(|at| tree[*at].name == "textPath")
        .filter_map(|at| tree[at].href()?.strip_prefix('#').map(str::to_owned))
        .collect();
    let mut left = MOST;
    for element in 0..tree.len() {
        let name = tree[element].name.clone();
        let shape = matches!(name.as_str(), "rect" | "circle" | "ellipse");
        if !shape && !matches!(name.as_str(), "path" | "polygon") {
            continue;
        }
        let said = SIDES.map(|side| tree.inherited(element, side).unwrap_or("none").to_owned());
        if said.iter().all(|marker| marker == "none") {
            continue;
        }
        if shape {
            unmark(tree, element);
            continue;
        }
        let held = tree[element].markup("id").is_some_and(|id| along.contains(id))
            || tree.ancestors(element).any(|at| tree[at].name == "clipPath");
        let Some(vertices) = vertices(tree, element).filter(|all| !held && all.len() <= left) else {
            continue;
        };
        left -= vertices.len();
        let paints: Vec<bool> = said
            .iter()
            .map(|marker| {
                let target = ids::address(marker).and_then(|id| by_id.get(id));
                target.is_some_and(|at| takes_paint(tree, *at))
            })
            .collect();
        mark(tree, element, &vertices, &said, &paints);
    }
}

fn unmark(tree: &mut Tree, element: usize) {
    for side in SIDES {
        tree[element].style.insert(side.to_owned(), "none".to_owned());
    }
}

/// Whether a marker has the paint of what it marks.
fn takes_paint(tree: &Tree, marker: usize) -> bool {
    let mut open = vec![marker];
    while let Some(at) = open.pop() {
        if ["fill", "stroke"]
            .iter()
            .any(|name| tree[at].style.get(*name).is_some_and(|it| it.starts_with("context-")))
        {
            return true;
        }
        open.extend(tree.children(at));
    }
    false
}

/// Puts a shape into a group, with its markers after it.
fn mark(tree: &mut Tree, element: usize, vertices: &[Vertex], said: &[String; 3], paints: &[bool]) {
    let geometry = properties::geometry(&tree[element].name);
    let mut shape = tree[element].clone();
    shape.attributes.retain(|(name, _)| !matches!(name.as_str(), "id" | "class" | "style"));
    shape.style.retain(|name, _| geometry.contains(&name.as_str()));
    shape.children.clear();
    let group = &mut tree[element];
    "g".clone_into(&mut group.name);
    group.attributes.retain(|(name, _)| matches!(name.as_str(), "id" | "class" | "systemLanguage"));
    group.style.retain(|name, _| !geometry.contains(&name.as_str()));
    group.children.retain(|child| matches!(child, ChildNode::Text(_)));
    let shape = tree.append(element, shape);
    unmark(tree, shape);
    for (at, vertex) in vertices.iter().enumerate() {
        let which = match at {
            0 => 0,
            at if at + 1 == vertices.len() => 2,
            _ => 1,
        };
        if said[which] == "none" {
            continue;
        }
        let [x, y] = vertex.at;
        let step = (STEP * x.abs().max(y.abs())).max(LEAST_STEP);
        let (sine, cosine) = vertex.turn().to_radians().sin_cos();
        let (dx, dy) = (cosine * step, sine * step);
        // Where a path begins, its marker may be turned round; elsewhere it is not.
        let (from, to) = if which == 0 { ([x, y], [x + dx, y + dy]) } else { ([x - dx, y - dy], [x, y]) };
        let place = |[x, y]: [f64; 2]| format!("{} {}", written(x), written(y));
        let mut bearer = Element::new("path", &[("fill-rule", "nonzero"), ("stroke-dasharray", "none")]);
        bearer.set("d", format!("M{}L{}", place(from), place(to)));
        bearer.set("stroke-linecap", "butt".to_owned());
        if !paints[which] {
            bearer.set("fill", "none".to_owned());
            bearer.set("stroke", "none".to_owned());
        }
        let bearer = tree.append(element, bearer);
        unmark(tree, bearer);
        let side = if which == 0 { "marker-start" } else { "marker-end" };
        tree[bearer].style.insert(side.to_owned(), said[which].clone());
    }
}

/// A point of a path, and the ways in which it comes there and goes on.
#[derive(Debug, Clone, Copy)]
struct Vertex {
    at: [f64; 2],
    comes: Option<[f64; 2]>,
    goes: Option<[f64; 2]>,
}

impl Vertex {
    /// The angle of its marker, in degrees.
    fn turn(&self) -> f64 {
        let angle = |[x, y]: [f64; 2]| y.atan2(x).to_degrees();
        match (self.comes.map(angle), self.goes.map(angle)) {
            (Some(comes), Some(goes)) => {
                let comes = if (comes - goes).abs() > 180.0 { comes + 360.0 } else { comes };
                f64::midpoint(comes, goes)
            }
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => 0.0,
        }
    }
}

/// The vertices of a shape; `None` where the renderer has them right.
fn vertices(tree: &Tree, element: usize) -> Option<Vec<Vertex>> {
    let data = match tree[element].name.as_str() {
        "polygon" => {
            let points = svgtypes::PointsParser::from(tree[element].value("points")?);
            let points: Vec<String> = points.map(|(x, y)| format!("{x} {y}")).collect();
            format!("M{}Z", points.join("L"))
        }
        _ => tree[element].value("d")?.to_owned(),
    };
    if !data.contains(['a', 'A', 'z', 'Z']) {
        return None;
    }
    let mut walk = PathWalk::default();
    for segment in PathParser::from(data.as_str()) {
        let Ok(segment) = segment else { break };
        walk.go(segment);
        if walk.vertices.len() > MOST {
            return None;
        }
    }
    Some(walk.vertices)
}

/// A way along path data.
#[derive(Default)]
struct PathWalk {
    vertices: Vec<Vertex>,
    /// The current point.
    at: [f64; 2],
    /// The beginning of the open piece, as a vertex.
    began: usize,
    /// The last control point of a curve, and whether that is of a quadratic one.
    control: Option<([f64; 2], bool)>,
}

impl PathWalk {
    fn go(&mut self, segment: PathSegment) {
        let [x, y] = self.at;
        let from = |abs: bool, px: f64, py: f64| if abs { [px, py] } else { [x + px, y + py] };
        let mirrored = |quadratic: bool, control: Option<([f64; 2], bool)>| match control {
            Some(([cx, cy], kind)) if kind == quadratic => [2.0 * x - cx, 2.0 * y - cy],
            _ => [x, y],
        };
        let before = self.control.take();
        match segment {
            PathSegment::MoveTo { abs, x, y } => {
                self.at = from(abs, x, y);
                self.began = self.vertices.len();
                self.vertices.push(Vertex { at: self.at, comes: None, goes: None });
            }
            PathSegment::LineTo { abs, x, y } => self.line(from(abs, x, y)),
            PathSegment::HorizontalLineTo { abs, x: px } => self.line([if abs { px } else { x + px }, y]),
            PathSegment::VerticalLineTo { abs, y: py } => self.line([x, if abs { py } else { y + py }]),
            PathSegment::CurveTo { abs, x1, y1, x2, y2, x, y } => {
                self.cubic(from(abs, x1, y1), from(abs, x2, y2), from(abs, x, y));
            }
            PathSegment::SmoothCurveTo { abs, x2, y2, x, y } => {
                self.cubic(mirrored(false, before), from(abs, x2, y2), from(abs, x, y));
            }
            PathSegment::Quadratic { abs, x1, y1, x, y } => {
                self.quadratic(from(abs, x1, y1), from(abs, x, y));
            }
            PathSegment::SmoothQuadratic { abs, x, y } => {
                self.quadratic(mirrored(true, before), from(abs, x, y));
            }
            PathSegment::EllipticalArc { abs, rx, ry, x_axis_rotation, large_arc, sweep, x: px, y: py } => {
                let to = from(abs, px, py);
                let arc = format!(
                    "M{x} {y}A{rx} {ry} {x_axis_rotation} {} {} {} {}",
                    u8::from(large_arc),
                    u8::from(sweep),
                    to[0],
                    to[1]
                );
                self.arc(&arc, to);
            }
            PathSegment::ClosePath { .. } => self.close(),
        }
    }

    fn line(&mut self, to: [f64; 2]) {
        self.draw(&[to], to);
    }

    fn cubic(&mut self, first: [f64; 2], second: [f64; 2], to: [f64; 2]) {
        self.draw(&[first, second, to], to);
        self.control = Some((second, false));
    }

    fn quadratic(&mut self, control: [f64; 2], to: [f64; 2]) {
        self.draw(&[control, to], to);
        self.control = Some((control, true));
    }

    /// Adds an arc, whose directions are those of the curves that make it.
    fn arc(&mut self, data: &str, to: [f64; 2]) {
        let mut points = Vec::new();
        for piece in SimplifyingPathParser::from(data).map_while(Result::ok) {
            match piece {
                SimplePathSegment::CurveTo { x1, y1, x2, y2, x, y } => {
                    points.extend([[x1, y1], [x2, y2], [x, y]]);
                }
                SimplePathSegment::LineTo { x, y } => points.push([x, y]),
                _ => {}
            }
        }
        if points.is_empty() {
            points.push(to);
        }
        self.draw(&points, to);
    }

    /// Goes on along points that pull it, to the last of them.
    fn draw(&mut self, points: &[[f64; 2]], to: [f64; 2]) {
        let between = |[x, y]: [f64; 2], [px, py]: [f64; 2]| {
            let way = [px - x, py - y];
            (way[0].hypot(way[1]) > 1e-9).then_some(way)
        };
        let all: Vec<[f64; 2]> = std::iter::once(self.at).chain(points.iter().copied()).collect();
        let goes = points.iter().find_map(|point| between(self.at, *point));
        let comes = all.iter().rev().skip(1).find_map(|point| between(*point, to));
        if let Some(last) = self.vertices.last_mut() {
            last.goes = goes;
        }
        self.vertices.push(Vertex { at: to, comes, goes: None });
        self.at = to;
    }

    /// Goes back to where the piece began: the two vertices there are turned alike.
    fn close(&mut self) {
        let Some(start) = self.vertices.get(self.began).map(|first| first.at) else { return };
        let goes = self.vertices[self.began].goes;
        let comes_before = self.vertices.last().and_then(|last| last.comes);
        self.line(start);
        if let Some(last) = self.vertices.last_mut() {
            last.comes = last.comes.or(comes_before);
            last.goes = goes;
            let comes = last.comes;
            self.vertices[self.began].comes = comes;
        }
    }
}
