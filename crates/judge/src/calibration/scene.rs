//! A pelican on a bicycle, drawn by code: what differs from scene to scene are its measures and its colours.

use pelicycle_statistics::Random;

use super::parts::{Composition, SIZE, ScenePart};

/// The measures of a scene, in the drawing's units.
#[derive(Debug, Clone)]
pub(super) struct CalibrationScene {
    ground: f64,
    rear: f64,
    front: f64,
    radius: f64,
    spokes: usize,
    saddle: f64,
    body: (f64, f64),
    neck: f64,
    beak: f64,
    sun: bool,
}

/// The colours of a scene.
#[derive(Debug, Clone, Copy)]
pub(super) struct Palette {
    sky: &'static str,
    ground: &'static str,
    frame: &'static str,
    tyre: &'static str,
    plumage: &'static str,
    wing: &'static str,
    beak: &'static str,
}

/// Colours that go together, each as fit for the picture as the next.
pub(super) const PALETTES: [Palette; 4] = [
    Palette {
        sky: "#cfe8f5",
        ground: "#9cc27b",
        frame: "#c0392b",
        tyre: "#2b2b2b",
        plumage: "#fbfbf5",
        wing: "#d5d9d6",
        beak: "#f2a03d",
    },
    Palette {
        sky: "#fbe3c4",
        ground: "#d9b382",
        frame: "#1f5f8b",
        tyre: "#3a2f2a",
        plumage: "#f3eee2",
        wing: "#c9bba6",
        beak: "#e2762b",
    },
    Palette {
        sky: "#dfe6f7",
        ground: "#8fa6b8",
        frame: "#2e7d4f",
        tyre: "#20242c",
        plumage: "#f7f7fb",
        wing: "#b9c2d4",
        beak: "#f0b429",
    },
    Palette {
        sky: "#e9f3df",
        ground: "#b9a06c",
        frame: "#6a3fa0",
        tyre: "#33302b",
        plumage: "#fdf3ee",
        wing: "#e1b9ad",
        beak: "#ef8d4a",
    },
];

impl CalibrationScene {
    pub(super) fn draw(random: &mut Random) -> CalibrationScene {
        let mut between = |low: usize, high: usize| (low + random.below(high - low + 1)) as f64;
        let (rear, radius) = (between(110, 140), between(46, 58));
        CalibrationScene {
            ground: between(318, 332),
            rear,
            front: rear + between(165, 195),
            radius,
            spokes: between(5, 9) as usize,
            saddle: between(68, 84),
            body: (between(58, 72), between(38, 48)),
            neck: between(58, 78),
            beak: between(70, 92),
            sun: between(0, 1) > 0.0,
        }
    }

    pub(super) fn composition(&self, colours: Palette) -> Composition {
        let backdrop = self.backdrop(colours);
        let parts = vec![
            self.wheel(self.rear, colours),
            self.wheel(self.front, colours),
            self.frame(colours),
            self.handlebar(colours),
            self.leg(colours),
            self.body(colours),
            self.head(colours),
        ];
        Composition { backdrop, parts }
    }

    /// The height of the hubs.
    fn hub(&self) -> f64 {
        self.ground - self.radius
    }

    /// The point that the pedals turn about.
    fn crank(&self) -> (f64, f64) {
        (self.rear + (self.front - self.rear) * 0.45, self.hub() + 6.0)
    }

    /// The top of the saddle.
    fn seat(&self) -> (f64, f64) {
        (self.crank().0 - 26.0, self.hub() - self.saddle)
    }

    /// The point where the bars are held.
    fn bar(&self) -> (f64, f64) {
        (self.front - 26.0, self.hub() - self.saddle - 14.0)
    }

    fn backdrop(&self, colours: Palette) -> String {
        let (width, height) = SIZE;
        let sun = if self.sun { "<circle cx=\"420\" cy=\"56\" r=\"28\" fill=\"#ffd75e\"/>" } else { "" };
        format!(
            "<rect width=\"{width}\" height=\"{height}\" fill=\"{}\"/>{sun}<rect y=\"{g}\" width=\"{width}\" height=\"{}\" fill=\"{}\"/>",
            colours.sky,
            height - self.ground,
            colours.ground,
            g = self.ground
        )
    }

    fn wheel(&self, x: f64, colours: Palette) -> ScenePart {
        let (y, r) = (self.hub(), self.radius);
        let spokes: String = (0..self.spokes)
            .map(|n| {
                let angle = std::f64::consts::PI * n as f64 / self.spokes as f64;
                let (dx, dy) = (r * angle.cos(), r * angle.sin());
                format!("M{:.1} {:.1}L{:.1} {:.1}", x - dx, y - dy, x + dx, y + dy)
            })
            .collect();
        let svg = format!(
            "<g fill=\"none\"><path d=\"{spokes}\" stroke=\"#8d9399\" stroke-width=\"1.6\"/><circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\" stroke=\"{}\" stroke-width=\"7\"/></g><circle cx=\"{x}\" cy=\"{y}\" r=\"6\" fill=\"#8d9399\"/>",
            colours.tyre
        );
        ScenePart { svg, centre: (x, y), is_wheel: true }
    }

    fn frame(&self, colours: Palette) -> ScenePart {
        let ((cx, cy), (sx, sy), hub) = (self.crank(), self.seat(), self.hub());
        let head = (self.front - 22.0, hub - self.saddle * 0.75);
        let (tx, ty) = (sx + 6.0, sy + 20.0);
        let svg = format!(
            "<path d=\"M{} {hub}L{cx} {cy}L{tx} {ty}ZM{cx} {cy}L{} {}L{tx} {ty}M{} {}L{} {hub}\" fill=\"none\" stroke=\"{}\" stroke-width=\"6\" stroke-linejoin=\"round\" stroke-linecap=\"round\"/><path d=\"M{tx} {ty}L{sx} {sy}\" stroke=\"#555\" stroke-width=\"5\"/><path d=\"M{} {}h40q-4 9 -22 9t-18 -9z\" fill=\"#3b3b3b\"/><circle cx=\"{cx}\" cy=\"{cy}\" r=\"12\" fill=\"none\" stroke=\"#555\" stroke-width=\"4\"/>",
            self.rear,
            head.0,
            head.1,
            head.0,
            head.1,
            self.front,
            colours.frame,
            sx - 20.0,
            sy - 4.0
        );
        ScenePart { svg, centre: ((self.rear + self.front) / 2.0, hub - 30.0), is_wheel: false }
    }

    fn handlebar(&self, colours: Palette) -> ScenePart {
        let (x, y) = self.bar();
        let bottom = self.hub() - self.saddle * 0.75;
        let svg = format!(
            "<path d=\"M{} {bottom}L{x} {y}h-20q-12 2 -10 14\" fill=\"none\" stroke=\"{}\" stroke-width=\"5\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/>",
            self.front - 22.0,
            colours.tyre
        );
        ScenePart { svg, centre: (x - 10.0, y + 12.0), is_wheel: false }
    }

    fn leg(&self, colours: Palette) -> ScenePart {
        let ((cx, cy), (sx, sy)) = (self.crank(), self.seat());
        let (foot_x, foot_y) = (cx + 16.0, cy + 20.0);
        let (knee_x, knee_y) = (cx + 34.0, (sy + cy) / 2.0 - 2.0);
        let svg = format!(
            "<path d=\"M{cx} {cy}L{foot_x} {foot_y}\" stroke=\"#555\" stroke-width=\"4\"/><path d=\"M{} {}L{knee_x} {knee_y}L{foot_x} {foot_y}\" fill=\"none\" stroke=\"{c}\" stroke-width=\"7\" stroke-linejoin=\"round\"/><path d=\"M{} {foot_y}h26l8 7h-36z\" fill=\"{c}\"/>",
            sx + 14.0,
            sy - 14.0,
            foot_x - 10.0,
            c = colours.beak
        );
        ScenePart { svg, centre: ((sx + foot_x) / 2.0, (sy + foot_y) / 2.0), is_wheel: false }
    }

    /// The middle of the body.
    fn trunk(&self) -> (f64, f64) {
        let (sx, sy) = self.seat();
        (sx + 10.0, sy - self.body.1 + 6.0)
    }

    fn body(&self, colours: Palette) -> ScenePart {
        let ((x, y), (rx, ry), (bar_x, bar_y)) = (self.trunk(), self.body, self.bar());
        let svg = format!(
            "<path d=\"M{} {}l-34 -10l8 16l-10 12l36 2z\" fill=\"{wing}\"/><ellipse cx=\"{x}\" cy=\"{y}\" rx=\"{rx}\" ry=\"{ry}\" fill=\"{}\" stroke=\"#6b6b66\" stroke-width=\"2\"/><path d=\"M{} {}Q{} {} {} {}Q{} {} {} {}z\" fill=\"{wing}\" stroke=\"#6b6b66\" stroke-width=\"2\"/>",
            x - rx + 8.0,
            y - 4.0,
            colours.plumage,
            x - rx * 0.4,
            y - ry * 0.4,
            x + rx * 0.7,
            y - ry * 0.7,
            bar_x - 18.0,
            bar_y + 2.0,
            x + rx * 0.3,
            y + ry * 0.9,
            x - rx * 0.4,
            y - ry * 0.4,
            wing = colours.wing
        );
        ScenePart { svg, centre: (x, y), is_wheel: false }
    }

    fn head(&self, colours: Palette) -> ScenePart {
        let ((x, y), (rx, ry)) = (self.trunk(), self.body);
        let (root_x, root_y) = (x + rx * 0.72, y - ry * 0.45);
        let (head_x, head_y) = (root_x + 16.0, root_y - self.neck);
        let tip = (head_x + self.beak, head_y + 26.0);
        let svg = format!(
            "<path d=\"M{root_x} {root_y}C{} {} {} {} {head_x} {head_y}\" fill=\"none\" stroke=\"#6b6b66\" stroke-width=\"24\" stroke-linecap=\"round\"/><path d=\"M{root_x} {root_y}C{} {} {} {} {head_x} {head_y}\" fill=\"none\" stroke=\"{p}\" stroke-width=\"20\" stroke-linecap=\"round\"/><path d=\"M{} {}L{} {}Q{} {} {} {}z\" fill=\"{b}\" stroke=\"#7a5a24\" stroke-width=\"2\" stroke-linejoin=\"round\"/><circle cx=\"{head_x}\" cy=\"{head_y}\" r=\"19\" fill=\"{p}\" stroke=\"#6b6b66\" stroke-width=\"2\"/><circle cx=\"{}\" cy=\"{}\" r=\"4\" fill=\"#222\"/>",
            root_x + 30.0,
            root_y - 20.0,
            head_x - 26.0,
            head_y + 30.0,
            root_x + 30.0,
            root_y - 20.0,
            head_x - 26.0,
            head_y + 30.0,
            head_x + 8.0,
            head_y - 8.0,
            tip.0,
            tip.1,
            head_x + self.beak * 0.5,
            head_y + 52.0,
            head_x + 6.0,
            head_y + 14.0,
            head_x + 6.0,
            head_y - 5.0,
            p = colours.plumage,
            b = colours.beak
        );
        ScenePart { svg, centre: ((root_x + tip.0) / 2.0, head_y + 20.0), is_wheel: false }
    }
}
