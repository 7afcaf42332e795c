//! Layers of the cascade: css-cascade-5, section 6.4.

use std::collections::HashMap;

/// The layers of all style sheets, in the order in which they are named; each is in one before it, or in none. As long as the text
/// that names them, however deep they are.
#[derive(Debug, Default)]
pub(super) struct CascadeLayers {
    /// The layer that each is in.
    around: Vec<Option<usize>>,
    named: HashMap<(Option<usize>, String), usize>,
}

impl CascadeLayers {
    /// The number of layers.
    pub(super) fn len(&self) -> usize {
        self.around.len()
    }

    /// The layer of this name in another; its name has a dot before each that is in the one before.
    pub(super) fn named(&mut self, around: Option<usize>, name: &str) -> Option<usize> {
        name.split('.').fold(around, |around, part| {
            let next = self.around.len();
            let found = *self.named.entry((around, part.to_owned())).or_insert(next);
            if found == next {
                self.around.push(around);
            }
            Some(found)
        })
    }

    /// A layer that nothing else can name.
    pub(super) fn unnamed(&mut self, around: Option<usize>) -> usize {
        self.around.push(around);
        self.around.len() - 1
    }

    /// The place of each layer in the cascade: those in a layer come before what stands in that itself.
    pub(super) fn order(&self) -> Vec<usize> {
        let mut inside: Vec<Vec<usize>> = vec![Vec::new(); self.len()];
        let mut outermost = Vec::new();
        for (layer, around) in self.around.iter().enumerate() {
            around.map_or(&mut outermost, |around| &mut inside[around]).push(layer);
        }
        // From the last to the first, each before those in it: a name says how deep they are, so nothing calls itself.
        let mut order = vec![0; self.len()];
        let mut open = outermost;
        let mut place = self.len();
        while let Some(layer) = open.pop() {
            place -= 1;
            order[layer] = place;
            open.append(&mut inside[layer]);
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_comes_after_those_in_it_and_those_before_it() {
        let mut layers = CascadeLayers::default();
        let a = layers.named(None, "a").unwrap();
        let b = layers.named(None, "b").unwrap();
        let d = layers.named(Some(a), "c.d").unwrap();
        let within = layers.unnamed(Some(a));
        let c = layers.named(None, "a.c").unwrap();
        assert_eq!(layers.len(), 5);
        let order = layers.order();
        assert_eq!([d, c, within, a, b].map(|layer| order[layer]), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn what_layers_take_grows_as_the_text_does() {
        let mut layers = CascadeLayers::default();
        let name = vec!["a"; 100_000].join(".");
        let deepest = layers.named(None, &name);
        assert_eq!(layers.named(None, &name), deepest);
        let bytes: usize = layers.named.keys().map(|(_, name)| name.len()).sum();
        assert_eq!((layers.len(), bytes), (100_000, 100_000));
        assert_eq!(layers.order()[deepest.unwrap()], 0);
    }
}
