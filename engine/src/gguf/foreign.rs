//! Files that are no GGUF, told by how they begin.

/// Bytes of a file's beginning that tell its kind.
pub(super) const TELLING: usize = 64;

/// The beginnings of formats, with what to do.
const KINDS: &[(&[u8], &str)] = &[
    (
        b"version https://git-lfs",
        "it is a pointer of Git LFS, which stands for a file that was not fetched: fetch the file itself (`git lfs pull`)",
    ),
    (b"lmgg", OLDER),
    (b"fmgg", OLDER),
    (b"tjgg", OLDER),
    (b"algg", OLDER),
    (b"PK\x03\x04", PACKED),
    (b"\x1f\x8b", PACKED),
    (b"7z\xbc\xaf", PACKED),
    (b"\x28\xb5\x2f\xfd", PACKED),
    (b"\xfd7zXZ", PACKED),
];

const OLDER: &str = "it is of a format that was before GGUF: fetch a newer file, or convert the model again";
const PACKED: &str = "it is an archive, or weights for PyTorch: unpack it, or fetch a GGUF file of the model";

/// The advice on a file that begins so: its kind, and what to do.
pub(super) fn advice(beginning: &[u8]) -> &'static str {
    let known = KINDS.iter().find(|(begin, _)| beginning.starts_with(begin));
    if let Some((_, advice)) = known {
        return advice;
    }
    // The length of a header, then the header as JSON. Such a length may look like text.
    if beginning.len() > 8 && beginning[8] == b'{' && beginning[5..8] == [0; 3] {
        return "it holds weights as safetensors: fetch a GGUF file of the model, or convert it";
    }
    let text = beginning.trim_ascii_start();
    if text.starts_with(b"<") || text.starts_with(b"{") {
        return "it is a web page or a server's answer: fetch the file again, by the link that downloads it";
    }
    if beginning.iter().all(|byte| *byte == 0) {
        return "it begins with zeros, so its download was not finished: fetch it again";
    }
    "give a file of the GGUF format, whose name ends in .gguf as a rule"
}
