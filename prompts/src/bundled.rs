//! The prompt files that the program carries. A test holds this list against the folder.

/// Builds the list of file names and contents from the prompts' ids.
macro_rules! bundle {
    ($($id:literal)*) => {
        &[$((concat!($id, ".toml"), include_str!(concat!("../bundled/", $id, ".toml")))),*]
    };
}

/// File name and content of each, sorted by file name.
pub(super) const FILES: &[(&str, &str)] = bundle![
    "antelope-airplane"
    "antelope-bicycle"
    "antelope-boat"
    "antelope-scooter"
    "antelope-skateboard"
    "antelope-unicycle"
    "cat-airplane"
    "cat-bicycle"
    "cat-boat"
    "cat-scooter"
    "cat-skateboard"
    "cat-unicycle"
    "flamingo-airplane"
    "flamingo-bicycle"
    "flamingo-boat"
    "flamingo-scooter"
    "flamingo-skateboard"
    "flamingo-unicycle"
    "heron-airplane"
    "heron-bicycle"
    "heron-boat"
    "heron-scooter"
    "heron-skateboard"
    "heron-unicycle"
    "otter-airplane"
    "otter-bicycle"
    "otter-boat"
    "otter-scooter"
    "otter-skateboard"
    "otter-unicycle"
    "pelican-2"
    "pelican-airplane"
    "pelican-boat"
    "pelican-scooter"
    "pelican-skateboard"
    "pelican-unicycle"
    "pelican"
    "raccoon-airplane"
    "raccoon-bicycle"
    "raccoon-boat"
    "raccoon-scooter"
    "raccoon-skateboard"
    "raccoon-unicycle"
    "whale-airplane"
    "whale-bicycle"
    "whale-boat"
    "whale-scooter"
    "whale-skateboard"
    "whale-unicycle"
];
