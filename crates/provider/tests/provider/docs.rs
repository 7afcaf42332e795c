//! docs/providers.md held against the table of services.

use pelicycle_testkit::docs;

use crate::asking::services;

#[test]
fn every_service_and_its_variables_are_documented() {
    let text = std::fs::read_to_string(docs("providers.md")).unwrap();
    let known = services("");
    let mut count = 0;
    for (name, entry) in known.entries() {
        let row = text.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
        let row = row.unwrap_or_else(|| panic!("{name} is not in the table"));
        assert!(row.contains(entry.title.as_deref().unwrap()), "{name}: {row}");
        assert_eq!(row.contains(", local |"), entry.local == Some(true), "{name}: {row}");
        for variable in entry.key_env.iter().chain(&entry.base_url_env).chain(&entry.host_env) {
            assert!(row.contains(&format!("`{variable}`")), "{name}: {variable}");
        }
        count += 1;
    }
    let (_, section) = text.split_once("## Known by name").unwrap();
    let section = section.split("\n## ").next().unwrap();
    assert_eq!(section.matches("\n| `").count(), count, "no service is documented that is not there");
}
