use std::collections::HashSet;

use jiff::Timestamp;
use pelicycle_record::{Id, name};

#[test]
fn it_begins_with_its_time_and_is_a_safe_name() {
    let id = Id::at("2026-11-22T02:53:36.4129Z".parse().unwrap()).unwrap();
    assert!(id.as_str().starts_with("20261122-025336-412-"), "{id}");
    assert_eq!(name::fault(id.as_str()), None);
    assert_eq!(id.as_str().parse::<Id>().unwrap(), id);
}

#[test]
fn a_derived_one_is_always_the_same_and_changes_with_its_name() {
    let time = "2026-11-22T02:53:36.4129Z".parse().unwrap();
    let id = Id::derived(time, b"a reply");
    assert_eq!(id.as_str().parse::<Id>().unwrap(), id);
    assert_eq!(id, Id::derived(time, b"a reply"));
    assert_ne!(id, Id::derived(time, b"another"));
    assert_eq!(&id.as_str()[..19], "20261122-025336-412");
}

#[test]
fn later_ones_sort_later() {
    let times = [
        "1999-12-31T23:59:59.999Z",
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00.001Z",
        "2100-01-01T00:00:00Z",
    ];
    let ids: Vec<_> = times.iter().map(|t| Id::at(t.parse().unwrap()).unwrap()).collect();
    assert!(ids.is_sorted(), "{ids:?}");
}

#[test]
fn those_of_one_moment_differ() {
    let ids: HashSet<_> = (0..10_000).map(|_| Id::at(Timestamp::UNIX_EPOCH).unwrap()).collect();
    assert_eq!(ids.len(), 10_000);
}

#[test]
fn other_texts_are_refused() {
    for text in [
        "",
        "pelican",
        "20261122-025336-412-k3f9q2m8x7a",
        "20261122-025336-412-k3f9q2m8x7abc",
        "20261122-025336-412-K3F9Q2M8X7AB",
        "20261122-025336-412-k3f9q2m8x7ai",
        "20261322-025336-412-k3f9q2m8x7ab",
        "20261122-025336x412-k3f9q2m8x7ab",
        "20261122-025336-4é-k3f9q2m8x7ab",
        "../../etc/passwd/0123456789abcdef",
    ] {
        assert!(text.parse::<Id>().is_err(), "{text}");
    }
}
