//! Text that goes round in a circle: a small model may say the same few words until its context is full.

/// Watches what is said, be it tokens or bytes, for a circle.
#[derive(Debug)]
pub struct CircleWatch {
    /// The number of the last that are looked at. The same ones must come again and again over all of them.
    length: usize,
    /// For each number of them, how many of the first are also the last.
    borders: Vec<usize>,
}

impl CircleWatch {
    /// A watch for circles over the last `length`: long enough that no drawing repeats itself so to the letter.
    #[must_use]
    pub fn over(length: usize) -> CircleWatch {
        CircleWatch { length, borders: Vec::new() }
    }

    /// Whether the end of what was said is a circle, gone round four times at least. Takes time in proportion to the
    /// length, so it is asked now and then.
    pub fn closes<T: PartialEq>(&mut self, said: &[T]) -> bool {
        let Some(begin) = said.len().checked_sub(self.length) else { return false };
        self.length - self.longest_border(&said[begin..]) <= self.length / 4
    }

    /// The most that are both the first and the last of these; what is left is the shortest period.
    /// D. Knuth, J. Morris and V. Pratt, 1977.
    fn longest_border<T: PartialEq>(&mut self, said: &[T]) -> usize {
        self.borders.clear();
        self.borders.resize(said.len(), 0);
        for at in 1..said.len() {
            let mut border = self.borders[at - 1];
            while border > 0 && said[at] != said[border] {
                border = self.borders[border - 1];
            }
            self.borders[at] = border + usize::from(said[at] == said[border]);
        }
        self.borders.last().copied().unwrap_or_default()
    }
}
