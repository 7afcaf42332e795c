use pelicycle_record::FindingCode;

#[test]
fn the_guide_lists_every_code_in_this_order() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/drawing.md");
    let guide = std::fs::read_to_string(path).unwrap();
    let section = guide.split("\n## ").find(|section| section.starts_with("Findings\n")).unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| "));
    let listed: Vec<&str> = rows.flat_map(|row| row.split('`').skip(1).step_by(2)).collect();
    let known: Vec<&str> = FindingCode::KNOWN.iter().map(FindingCode::as_str).collect();
    assert_eq!(listed, known);
}

#[test]
fn a_code_is_its_text_in_json_and_one_of_another_version_is_kept() {
    for code in FindingCode::KNOWN.iter().cloned().chain([FindingCode::Other("too-lovely".to_owned())]) {
        let json = serde_json::to_string(&code).unwrap();
        assert_eq!(json, format!("\"{code}\""));
        assert_eq!(serde_json::from_str::<FindingCode>(&json).unwrap(), code);
    }
}
