//! The choice of experts and their weights.

#[expect(dead_code, reason = "the engine has more use for it")]
#[path = "../../src/model/expert_router.rs"]
mod expert_router;

use expert_router::{ExpertGroups, ExpertRouter, ExpertScores};

fn routing(scores: ExpertScores, judged_by: Option<usize>) -> ExpertRouter {
    let groups = judged_by.map(|judged_by| ExpertGroups { count: 3, used: 1, judged_by });
    ExpertRouter {
        used: 2,
        scores,
        correction: None,
        groups,
        renormalized: false,
        scale: 1.0,
        expert_scales: None,
    }
}

fn chosen(routing: &ExpertRouter, logits: &[f32]) -> (Vec<u32>, Vec<f32>) {
    let (mut experts, mut weights) = (Vec::new(), Vec::new());
    routing.choose(&mut logits.to_vec(), &mut experts, &mut weights);
    (experts, weights)
}

#[test]
fn groups_are_judged_by_their_best_or_their_two_best() {
    let logits = [3.0, -9.0, 2.0, 2.1, -9.0, 0.0];
    assert_eq!(chosen(&routing(ExpertScores::Softmax, None), &logits).0, [0, 3]);
    assert_eq!(chosen(&routing(ExpertScores::Softmax, Some(1)), &logits).0, [0, 1]);
    assert_eq!(chosen(&routing(ExpertScores::Sigmoid, Some(2)), &logits).0, [2, 3]);
}

#[test]
fn a_correction_moves_the_choice_and_not_the_weights() {
    let mut routing = routing(ExpertScores::Sigmoid, None);
    routing.correction = Some(vec![0.0, 0.0, 0.9, 0.0]);
    let (experts, weights) = chosen(&routing, &[0.0, 1.0, -2.0, -4.0]);
    let sigmoid = |x: f32| 1.0 / (1.0 + (-x).exp());
    assert_eq!(experts, [1, 2]);
    assert_eq!(weights, [sigmoid(1.0), sigmoid(-2.0)]);
    routing = ExpertRouter { renormalized: true, scale: 2.5, ..routing };
    let weights = chosen(&routing, &[0.0, 1.0, -2.0, -4.0]).1;
    assert!((weights.iter().sum::<f32>() - 2.5).abs() < 1e-6);
}

#[test]
fn a_sparse_mixer_weighs_each_of_two_experts_among_those_nearly_as_good() {
    let mixer = routing(ExpertScores::SparseMixer, None);
    let (experts, weights) = chosen(&mixer, &[2.0, 1.0, 5.0, 1.99, -3.0]);
    assert_eq!(experts, [0, 2]);
    let second = 1.0 / (1.0 + (1.99_f32 - 2.0).exp());
    assert!((weights[0] - second).abs() < 1e-6 && weights[1] == 1.0, "{weights:?}");
    assert_eq!(chosen(&mixer, &[f32::NAN; 3]).0, [0, 1]);
}

#[test]
fn scores_that_are_all_nothing_or_nonsense_still_choose() {
    for logit in [f32::NEG_INFINITY, f32::NAN, f32::INFINITY] {
        for scores in [ExpertScores::Softmax, ExpertScores::Sigmoid] {
            assert_eq!(chosen(&routing(scores, Some(2)), &[logit; 6]).0, [0, 1]);
        }
    }
}
