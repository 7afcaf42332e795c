//! Rates over clusters of trials, such as prompts that were asked several times: trials of one cluster are like each other,
//! so that many of them say less than as many independent ones.

use super::rate::{Z, square_and_add, wilson};
use super::{Interval, Rate, student_quantile};

impl Rate {
    /// The difference of this rate and that of clusters which stand for all of their kind, each weighing as it has trials, and
    /// its interval at 95 %: Newcombe's, with as many trials of the clusters as their own spread leaves of them. Of fewer than
    /// two clusters with trials nothing is known of others.
    #[must_use]
    pub fn less_clusters(self, clusters: &[Rate]) -> Option<(f64, Interval)> {
        let clusters: Vec<Rate> = clusters.iter().copied().filter(|cluster| cluster.of > 0).collect();
        let mut all = Rate::default();
        clusters.iter().for_each(|cluster| all += *cluster);
        let share = all.share().filter(|_| clusters.len() > 1)?;
        let interval = wilson(share, effective_trials(&clusters, share, all.of as f64));
        Some(square_and_add((self.share()?, self.interval()?), (share, interval)))
    }
}

/// The effective sample size (E. L. Korn and B. I. Graubard, "Confidence intervals for proportions with small expected number
/// of positive counts estimated from survey data", 1998): the trials over the design effect, which is taken as one at least,
/// and then fewer for the few clusters that it was estimated from. Where all trials are alike their likeness within a cluster
/// can't be seen, and each cluster counts for one.
fn effective_trials(clusters: &[Rate], share: f64, trials: f64) -> f64 {
    let number = clusters.len() as f64;
    if share <= 0.0 || share >= 1.0 {
        return number;
    }
    let deviation = |cluster: &Rate| cluster.hits as f64 - share * cluster.of as f64;
    let squares: f64 = clusters.iter().map(|cluster| deviation(cluster).powi(2)).sum();
    let variance = number / (number - 1.0) * squares / (trials * trials);
    let design_effect = (variance * trials / (share * (1.0 - share))).max(1.0);
    let few = Z / student_quantile(0.025, clusters.len() - 1);
    trials / design_effect * few * few
}
