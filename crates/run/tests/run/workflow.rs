//! The workflow that docs/publishing.md hands out: YAML that says what the document promises.

use pelicycle_testkit::tempdir;
use saphyr::{LoadableYamlNode as _, Yaml};

const WORKFLOW: &str = include_str!("../../../../docs/pelicans.yml");
const GUIDE: &str = include_str!("../../../../docs/publishing.md");

fn steps<'a, 'i>(workflow: &'a Yaml<'i>, job: &str) -> &'a [Yaml<'i>] {
    workflow["jobs"][job]["steps"].as_vec().unwrap()
}

fn text<'a>(node: &'a Yaml<'_>, key: &str) -> Option<&'a str> {
    node.as_mapping_get(key).and_then(Yaml::as_str)
}

#[test]
fn the_workflow_asks_keeps_and_publishes_with_no_more_rights_than_it_needs() {
    let documents = Yaml::load_from_str(WORKFLOW).unwrap();
    let [workflow] = documents.as_slice() else { panic!("one document") };
    assert!(workflow["on"]["schedule"][0]["cron"].as_str().unwrap().split(' ').count() == 5);
    assert_eq!(text(&workflow["permissions"], "contents"), Some("read"));

    let draw = steps(workflow, "draw");
    let asks = draw.iter().find(|step| text(step, "name") == Some("Ask")).unwrap();
    let with_secrets: Vec<_> = draw
        .iter()
        .filter(|step| format!("{step:?}").contains("secrets."))
        .map(|step| text(step, "name"))
        .collect();
    assert_eq!(with_secrets, [Some("Ask")], "keys are seen by the step that asks");
    let run = text(asks, "run").unwrap();
    assert!(run.contains("pelicycle run -m \"$MODELS\" -n \"$SAMPLES\" --no-gallery"));
    assert!(!run.contains("${{"), "no input is put into a command");
    let keeps = draw.iter().find(|step| text(step, "name") == Some("Keep")).unwrap();
    assert!(text(keeps, "run").unwrap().contains("git add --all -- results"));
    let builds = draw.iter().find(|step| text(step, "name") == Some("Build")).unwrap();
    assert_eq!(text(builds, "run"), Some("pelicycle gallery --out site"));
    assert_eq!(text(&builds["env"], "PELICYCLE_BASE_URL"), Some("${{ steps.pages.outputs.base_url }}"));
    for (job, actions) in [
        ("draw", &["checkout", "checkout", "cache", "configure-pages", "upload-pages-artifact"][..]),
        ("publish", &["deploy-pages"][..]),
    ] {
        let used: Vec<_> = steps(workflow, job).iter().filter_map(|step| text(step, "uses")).collect();
        let names: Vec<_> = used.iter().map(|action| action.split('@').next().unwrap()).collect();
        assert_eq!(names, actions.iter().map(|name| format!("actions/{name}")).collect::<Vec<_>>());
        for action in used {
            let major = action.split_once("@v").unwrap().1;
            assert!(major.parse::<u32>().is_ok(), "{action} is pinned by its major version");
        }
    }
}

#[test]
fn the_guide_and_the_workflow_speak_of_the_same_things() {
    assert!(GUIDE.contains("](pelicans.yml)"));
    // Two files are shown: what a site says of itself, and the line-up of the workflow.
    let shown = GUIDE.split("```toml\n").skip(1).map(|after| after.split("```").next().unwrap());
    let toml = shown.last().unwrap();
    let folder = tempdir();
    let path = folder.path().join("pelicycle.toml");
    std::fs::write(&path, toml).unwrap();
    let config = pelicycle_run::Config::load(Some(&path)).unwrap();
    assert_eq!(config.run.max_cost, Some(5.0));
    assert!(config.lineups().is_ok());
    assert!(toml.contains("weekly = [") && WORKFLOW.contains("default: lineup:weekly"));
}
