use pelicycle_record::SamplingSettings;

#[test]
fn what_is_asked_first_counts() {
    let flags = SamplingSettings { top_k: Some(1), ..SamplingSettings::default() };
    let file =
        SamplingSettings { top_k: Some(2), effort: Some("low".to_owned()), ..SamplingSettings::default() };
    let settings = flags.or(&file);
    assert_eq!((settings.top_k, settings.effort.as_deref(), settings.min_p), (Some(1), Some("low"), None));
}
