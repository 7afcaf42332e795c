//! The parts of a drawing of the calibration set, and what can be done to them.

use pelicycle_statistics::Random;

/// Width and height of a drawing, in its own units.
pub(super) const SIZE: (f64, f64) = (480.0, 360.0);

/// A part of a drawing: what stays together when it is shuffled.
#[derive(Debug, Clone)]
pub(super) struct ScenePart {
    pub(super) svg: String,
    /// About its middle.
    pub(super) centre: (f64, f64),
    pub(super) is_wheel: bool,
}

/// A drawing: what is behind it, and its parts from the back to the front.
#[derive(Debug, Clone)]
pub(super) struct Composition {
    pub(super) backdrop: String,
    pub(super) parts: Vec<ScenePart>,
}

impl Composition {
    pub(super) fn svg(&self) -> String {
        let parts: String = self.parts.iter().map(|part| part.svg.as_str()).collect();
        document(&format!("{}{parts}", self.backdrop))
    }

    pub(super) fn without_wheels(&self) -> String {
        let parts: String =
            self.parts.iter().filter(|part| !part.is_wheel).map(|part| part.svg.as_str()).collect();
        document(&format!("{}{parts}", self.backdrop))
    }

    pub(super) fn mirrored(&self) -> String {
        let parts: String = self.parts.iter().map(|part| part.svg.as_str()).collect();
        let (width, _) = SIZE;
        document(&format!("<g transform=\"translate({width} 0) scale(-1 1)\">{}{parts}</g>", self.backdrop))
    }

    /// The parts lie about: each is turned and stands where there is none that it belongs to.
    pub(super) fn shuffled(&self, random: &mut Random) -> String {
        let columns = (self.parts.len() as f64).sqrt().ceil() as usize;
        let rows = self.parts.len().div_ceil(columns);
        let mut cells: Vec<usize> = (0..self.parts.len()).collect();
        for last in (1..cells.len()).rev() {
            cells.swap(last, random.below(last + 1));
        }
        let mut body = self.backdrop.clone();
        for (part, cell) in self.parts.iter().zip(cells) {
            let (column, row) = (cell % columns, cell / columns);
            let x = SIZE.0 * (column as f64 + 0.5) / columns as f64;
            let y = SIZE.1 * (row as f64 + 0.5) / rows as f64;
            let (from_x, from_y) = part.centre;
            let degrees = 60 + random.below(240);
            body.push_str(&format!(
                "<g transform=\"translate({x:.1} {y:.1}) rotate({degrees}) translate({:.1} {:.1})\">{}</g>",
                -from_x, -from_y, part.svg
            ));
        }
        document(&body)
    }
}

fn document(body: &str) -> String {
    let (width, height) = SIZE;
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\">{body}</svg>")
}
