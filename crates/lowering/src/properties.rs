//! The properties that matter to a drawing: which are written as attributes, which are inherited, which values are none.

/// Properties that are attributes too, of every element that draws.
const PRESENTATION: &[&str] = &[
    "alignment-baseline",
    "baseline-shift",
    "clip-path",
    "clip-rule",
    "color",
    "color-interpolation",
    "color-interpolation-filters",
    "cursor",
    "direction",
    "display",
    "dominant-baseline",
    "fill",
    "fill-opacity",
    "fill-rule",
    "filter",
    "flood-color",
    "flood-opacity",
    "font-family",
    "font-size",
    "font-size-adjust",
    "font-stretch",
    "font-style",
    "font-variant",
    "font-weight",
    "glyph-orientation-vertical",
    "image-rendering",
    "letter-spacing",
    "lighting-color",
    "marker-end",
    "marker-mid",
    "marker-start",
    "mask",
    "mask-type",
    "opacity",
    "overflow",
    "paint-order",
    "pointer-events",
    "shape-rendering",
    "stop-color",
    "stop-opacity",
    "stroke",
    "stroke-dasharray",
    "stroke-dashoffset",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-miterlimit",
    "stroke-opacity",
    "stroke-width",
    "text-anchor",
    "text-decoration",
    "text-rendering",
    "transform",
    "transform-origin",
    "unicode-bidi",
    "vector-effect",
    "visibility",
    "white-space",
    "word-spacing",
    "writing-mode",
];

/// Properties that are inherited, of those that are known here.
const INHERITED: &[&str] = &[
    "clip-rule",
    "color",
    "color-interpolation",
    "color-interpolation-filters",
    "direction",
    "fill",
    "fill-opacity",
    "fill-rule",
    "font-family",
    "font-size",
    "font-stretch",
    "font-style",
    "font-variant",
    "font-variant-caps",
    "font-weight",
    "image-rendering",
    "letter-spacing",
    "marker-end",
    "marker-mid",
    "marker-start",
    "paint-order",
    "shape-rendering",
    "stroke",
    "stroke-dasharray",
    "stroke-dashoffset",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-miterlimit",
    "stroke-opacity",
    "stroke-width",
    "text-anchor",
    "text-rendering",
    "text-transform",
    "text-shadow",
    "visibility",
    "white-space",
    "word-spacing",
    "writing-mode",
];

/// The properties that are geometry for an element, beside those of every element. Those of the outer `svg` size the page,
/// not the drawing.
pub(super) fn geometry(element: &str) -> &'static [&'static str] {
    match element {
        "circle" => &["cx", "cy", "r"],
        "ellipse" => &["cx", "cy", "rx", "ry"],
        "rect" => &["x", "y", "width", "height", "rx", "ry"],
        "image" | "use" | "foreignObject" => &["x", "y", "width", "height"],
        "path" => &["d"],
        _ => &[],
    }
}

/// The properties that `all` sets.
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    let geometry = ["cx", "cy", "d", "r", "rx", "ry", "x", "y", "width", "height"];
    let inherited = INHERITED.iter().filter(|name| !PRESENTATION.contains(*name));
    let all = PRESENTATION.iter().chain(inherited).copied().chain(geometry);
    all.filter(|name| !matches!(*name, "direction" | "unicode-bidi"))
}

/// Whether an attribute of an element is a property.
pub(super) fn is_property_of(element: &str, name: &str) -> bool {
    match element {
        // Their `fill` says what stays of an animation.
        "animate" | "animateTransform" | "animateMotion" | "animateColor" | "set" | "discard" => false,
        _ => PRESENTATION.contains(&name) || geometry(element).contains(&name),
    }
}

/// Whether the renderer is told of a property by an attribute.
pub(super) fn is_written(element: &str, name: &str) -> bool {
    is_property_of(element, name)
        && !matches!(
            name,
            "cursor" | "pointer-events" | "vector-effect" | "font-size-adjust" | "glyph-orientation-vertical"
        )
}

/// Whether the renderer takes a property from CSS alone.
pub(super) fn is_only_css(name: &str, value: &str) -> bool {
    matches!(name, "mix-blend-mode" | "isolation" | "font-kerning")
        || (name == "image-rendering"
            && matches!(value, "smooth" | "high-quality" | "crisp-edges" | "pixelated"))
}

/// Whether a property is inherited.
pub(super) fn is_inherited(name: &str) -> bool {
    INHERITED.contains(&name)
}

/// The value of a property where nothing is said.
pub(super) fn initial(name: &str) -> Option<&'static str> {
    Some(match name {
        "fill" | "color" | "flood-color" | "stop-color" => "black",
        "lighting-color" => "white",
        "opacity" | "fill-opacity" | "stroke-opacity" | "stop-opacity" | "flood-opacity" | "stroke-width" => {
            "1"
        }
        "stroke" | "stroke-dasharray" | "clip-path" | "mask" | "filter" | "marker-start" | "marker-mid"
        | "marker-end" | "text-decoration" | "transform" | "text-transform" | "text-shadow" | "animation"
        | "animation-name" | "d" | "rotate" | "scale" | "translate" | "offset-path" | "mask-image" => "none",
        "stroke-dashoffset" | "offset-distance" | "cx" | "cy" | "r" | "x" | "y" => "0",
        "rx" | "ry" | "width" | "height" => "auto",
        "stroke-linecap" => "butt",
        "stroke-linejoin" => "miter",
        "stroke-miterlimit" => "4",
        "fill-rule" | "clip-rule" => "nonzero",
        "display" => "inline",
        "visibility" => "visible",
        "font-size" => "medium",
        "font-style" | "font-variant" | "font-weight" | "font-stretch" | "letter-spacing"
        | "word-spacing" | "paint-order" | "mix-blend-mode" => "normal",
        "text-anchor" => "start",
        "color-interpolation-filters" => "linearRGB",
        "color-interpolation" => "sRGB",
        "isolation" | "dominant-baseline" => "auto",
        _ => return None,
    })
}

/// The data in a `path()` of CSS.
pub(super) fn path_of(value: &str) -> Option<&str> {
    let inside = value.strip_prefix("path(")?.strip_suffix(')')?.trim();
    let inside = match inside.split_once(',') {
        Some((rule, rest))
            if matches!(rest.trim_start().chars().next(), Some('"' | '\'')) && rule.len() < 12 =>
        {
            rest.trim()
        }
        _ => inside,
    };
    let quote = inside.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    inside[1..].strip_suffix(quote)
}

/// Whether a value is one that every property has.
pub(super) fn is_wide(value: &str) -> bool {
    ["inherit", "initial", "unset", "revert", "revert-layer"]
        .iter()
        .any(|word| value.eq_ignore_ascii_case(word))
}

/// Whether a function of this name is in a value.
pub(super) fn has_function(value: &str, name: &str) -> bool {
    value.match_indices('(').any(|(at, _)| {
        let head = &value[..at];
        head.len() >= name.len()
            && head.is_char_boundary(head.len() - name.len())
            && head[head.len() - name.len()..].eq_ignore_ascii_case(name)
            && !head[..head.len() - name.len()]
                .ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    })
}
