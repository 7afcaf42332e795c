use pelicycle_record::measure::{FrameJoint, Rubric, RubricEntry, RubricItem};
use serde::Deserialize;

fn settle(items: &str) -> Result<Vec<RubricItem>, (usize, String)> {
    #[derive(Deserialize)]
    struct File {
        rubric: Vec<RubricEntry>,
    }
    let file: File = toml::from_str(&format!("rubric = [{items}]")).unwrap();
    Rubric::settle(&file.rubric.iter().collect::<Vec<_>>()).map(|rubric| rubric.items)
}

#[test]
fn items_keep_their_order_and_numbers() {
    let items = settle("{find='rider'}, {find='wheels', count=3}, {find='frame', at='wheel'}").unwrap();
    assert_eq!(items, [RubricItem::Rider, RubricItem::Wheels(3), RubricItem::Frame(FrameJoint::Wheel)]);
    assert_eq!(settle("{find='frame'}").unwrap(), [RubricItem::Frame(FrameJoint::Hub)]);
}

#[test]
fn what_is_no_item_is_told_by_its_place() {
    for (items, index, words) in [
        ("{find='wheels'}", 0, "does not say how many"),
        ("{find='eye'}, {find='wheels', count=7}", 1, "asks for 7 wheels"),
        ("{find='eye', count=2}", 0, "which only wheels have"),
        ("{find='eye', at='hub'}", 0, "which only a frame has"),
        ("{find='eye'}, {find='beak'}, {find='eye'}", 2, "twice"),
    ] {
        let (at, why) = settle(items).unwrap_err();
        assert!(at == index && why.contains(words), "{items}: {at}, {why}");
    }
}
