use pelicycle_record::{TokenPrices, Usage, cost};

fn usage(input: Option<u64>, output: Option<u64>) -> Usage {
    Usage { input, output, ..Usage::default() }
}

#[test]
fn each_token_is_charged_once_at_its_own_rate() {
    let rates =
        TokenPrices { input: 2.0, output: 10.0, cached: Some(0.5), cache_write: Some(4.0), reasoning: None };
    assert_eq!(cost(&usage(Some(1_000_000), Some(0)), &rates), Some(2.0));
    let parts =
        Usage { cached: Some(400_000), cache_written: Some(100_000), ..usage(Some(1_000_000), Some(0)) };
    assert!((cost(&parts, &rates).unwrap() - (1.0 + 0.2 + 0.4)).abs() < 1e-12);
    let thought = Usage { reasoning: Some(60), ..usage(Some(0), Some(100)) };
    assert_eq!(cost(&thought, &rates), Some(1e-3));
    let dearer = TokenPrices { reasoning: Some(20.0), ..rates };
    assert!((cost(&thought, &dearer).unwrap() - 1.6e-3).abs() < 1e-12);
}

#[test]
fn what_the_service_did_not_count_has_no_cost_rather_than_none() {
    let rates = TokenPrices { input: 2.0, output: 10.0, ..TokenPrices::default() };
    assert_eq!(cost(&usage(None, Some(100)), &rates), None);
    assert_eq!(cost(&usage(Some(10), None), &rates), None);
}

#[test]
fn parts_that_exceed_the_whole_do_not_make_a_cost_negative() {
    let rates = TokenPrices { input: 2.0, output: 10.0, cached: Some(0.0), ..TokenPrices::default() };
    let lying = Usage { cached: Some(1000), reasoning: Some(1000), ..usage(Some(10), Some(10)) };
    assert_eq!(cost(&lying, &rates), Some(1e-4));
}
