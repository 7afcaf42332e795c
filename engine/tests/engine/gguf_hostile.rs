//! Made-up files: each thing that a file can lie about is met with an error that names it, never with a panic.

use pelicycle_engine::gguf::{Gguf, GgufFault, GgufOutline, MetadataValue};
use pelicycle_engine::quant::TensorType;
use proptest::prelude::*;

/// Writes a file as the format's description says, right or wrong.
struct Writer {
    version: u32,
    pairs: Vec<(String, u32, Vec<u8>)>,
    tensors: Vec<(String, Vec<u64>, u32, u64)>,
    data: usize,
}

fn text(s: &str) -> Vec<u8> {
    [&(s.len() as u64).to_le_bytes()[..], s.as_bytes()].concat()
}

fn small() -> Writer {
    Writer { version: 3, pairs: Vec::new(), tensors: Vec::new(), data: 0 }
        .pair("general.architecture", 8, text("llama"))
        .tensor("a", &[4, 2], TensorType::F32.id(), 0)
        .tensor("b", &[32], TensorType::Q8_0.id(), 32)
        .data(32 + 34)
}

impl Writer {
    fn pair(mut self, key: &str, kind: u32, value: Vec<u8>) -> Writer {
        self.pairs.push((key.into(), kind, value));
        self
    }

    fn tensor(mut self, name: &str, dims: &[u64], kind: u32, offset: u64) -> Writer {
        self.tensors.push((name.into(), dims.to_vec(), kind, offset));
        self
    }

    fn data(mut self, len: usize) -> Writer {
        self.data = len;
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut out = b"GGUF".to_vec();
        out.extend(self.version.to_le_bytes());
        out.extend((self.tensors.len() as u64).to_le_bytes());
        out.extend((self.pairs.len() as u64).to_le_bytes());
        for (key, kind, value) in &self.pairs {
            out.extend(text(key));
            out.extend(kind.to_le_bytes());
            out.extend(value);
        }
        for (name, dims, kind, offset) in &self.tensors {
            out.extend(text(name));
            out.extend((dims.len() as u32).to_le_bytes());
            dims.iter().for_each(|dim| out.extend(dim.to_le_bytes()));
            out.extend(kind.to_le_bytes());
            out.extend(offset.to_le_bytes());
        }
        out.resize(out.len().next_multiple_of(32), 0);
        out.extend((0..self.data).map(|i| i as u8));
        out
    }

    fn fault(&self) -> GgufFault {
        Gguf::from_bytes(&self.bytes()).unwrap_err().fault
    }
}

/// Whether a fault is the one expected.
type Expected = fn(&GgufFault) -> bool;

fn array(kind: u32, count: u64, bytes: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &count.to_le_bytes(), bytes].concat()
}

#[test]
fn what_was_written_is_read() {
    let gguf = Gguf::from_bytes(&small().pair("n", 5, (-7_i32).to_le_bytes().to_vec()).bytes()).unwrap();
    assert_eq!(gguf.str("general.architecture").unwrap(), Some("llama"));
    assert_eq!(gguf.metadata()["n"], MetadataValue::I32(-7));
    assert_eq!(
        gguf.u32("n").unwrap_err().to_string(),
        "<memory>: the metadata key \"n\" is the integer -7, expected an integer from 0 to 4294967295"
    );
    assert_eq!(gguf.u32("absent").unwrap(), None);
    let b = gguf.tensor("b").unwrap();
    assert_eq!((b.dims.as_slice(), b.tensor_type, b.elements()), (&[32][..], TensorType::Q8_0, 32));
    assert_eq!(gguf.bytes(b), (32..66).collect::<Vec<u8>>());
}

#[test]
fn a_file_of_another_kind_or_version_says_so() {
    assert!(matches!(Gguf::from_bytes(b"PK\x03\x04....").unwrap_err().fault, GgufFault::Magic { .. }));
    for bytes in [&b""[..], b"GG"] {
        let short = Gguf::from_bytes(bytes).unwrap_err().to_string();
        assert!(short.contains(&format!("ends after {} bytes; a GGUF file begins", bytes.len())), "{short}");
    }
    assert!(matches!(Writer { version: 1, ..small() }.fault(), GgufFault::Version(1)));
    assert!(matches!(Writer { version: 3_u32.swap_bytes(), ..small() }.fault(), GgufFault::BigEndian));
    assert!(Gguf::from_bytes(&Writer { version: 2, ..small() }.bytes()).is_ok());
}

#[test]
fn what_is_no_gguf_is_told_by_its_beginning_with_what_to_do() {
    let safetensors = [&44_u64.to_le_bytes()[..], b"{\"__metadata__\":{\"format\":\"pt\"}}"].concat();
    let cases: [(&[u8], &str); 9] = [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "git lfs pull"),
        (b"\n<!DOCTYPE html><title>404</title>", "web page"),
        (b"{\"error\":\"Invalid credentials\"}", "server's answer"),
        (&safetensors, "safetensors"),
        (b"tjgg\x01\0\0\0", "before GGUF"),
        (b"PK\x03\x04\x14\0", "archive"),
        (b"\x1f\x8b\x08\0", "archive"),
        (&[0; 4096], "not finished"),
        (b"What is this?", "a file of the GGUF format"),
    ];
    for (bytes, words) in cases {
        let error = Gguf::from_bytes(bytes).unwrap_err().to_string();
        assert!(error.contains("is not a GGUF file") && error.contains(words), "{error}");
    }
}

#[test]
fn every_lie_about_a_tensor_is_named() {
    let f32 = TensorType::F32.id();
    let huge = u64::MAX / 8;
    let cases: [(Writer, Expected); 11] = [
        (small().tensor("a", &[1], f32, 0), |f| matches!(f, GgufFault::DuplicateTensor(name) if name == "a")),
        (small().tensor("c", &[4], f32, 16), |f| matches!(f, GgufFault::Unaligned { .. })),
        (small().tensor("c", &[4], f32, 32), |f| matches!(f, GgufFault::Overlap { .. })),
        (small().tensor("c", &[4], f32, 96), |f| matches!(f, GgufFault::OutOfFile { .. })),
        (small().tensor("c", &[4], f32, 128).data(144), |f| {
            f.to_string().contains("\"b\" of type Q8_0 and shape [32] has 34 bytes, but a place of 96")
        }),
        (small().tensor("c", &[4], f32, u64::MAX - 31), |f| matches!(f, GgufFault::OutOfFile { .. })),
        (small().tensor("c", &[huge, huge], f32, 96), |f| matches!(f, GgufFault::Shape { .. })),
        (small().tensor("c", &[4, 0], f32, 96), |f| matches!(f, GgufFault::Shape { .. })),
        (small().tensor("c", &[], f32, 96), |f| matches!(f, GgufFault::Dimensions { count: 0, .. })),
        (small().tensor("c", &[33], TensorType::Q8_0.id(), 96), |f| {
            matches!(f, GgufFault::Row { row: 33, .. })
        }),
        (small().tensor("c", &[256], 15, 96), |f| {
            f.to_string().contains("Q8_K (15), which is not supported")
        }),
    ];
    for (writer, expected) in cases {
        let fault = writer.fault();
        assert!(expected(&fault), "{fault:?}");
    }
}

#[test]
fn every_lie_in_the_metadata_is_named() {
    let cases: [(Writer, Expected); 7] = [
        (small().pair("general.architecture", 0, vec![1]), |f| matches!(f, GgufFault::DuplicateKey(_))),
        (small().pair("k", 13, vec![0; 8]), |f| matches!(f, GgufFault::ValueType { id: 13, .. })),
        (small().pair("k", 7, vec![2]), |f| matches!(f, GgufFault::Bool { found: 2, .. })),
        (small().pair("k", 9, array(9, 1, &[0; 12])), |f| matches!(f, GgufFault::NestedArray { .. })),
        (small().pair("k", 9, array(4, u64::MAX, &[])), |f| matches!(f, GgufFault::Truncated { .. })),
        (small().pair("general.alignment", 4, vec![24, 0, 0, 0]), |f| matches!(f, GgufFault::Alignment(24))),
        (small().pair("split.count", 2, vec![2, 0]).pair("split.no", 2, vec![0, 0]), |f| {
            matches!(f, GgufFault::PartName { count: 2 })
        }),
    ];
    for (writer, expected) in cases {
        let fault = writer.fault();
        assert!(expected(&fault), "{fault:?}");
    }
}

fn part(number: u16, count: u16, tensor: &str) -> Vec<u8> {
    Writer { version: 3, pairs: Vec::new(), tensors: Vec::new(), data: 0 }
        .pair("split.no", 2, number.to_le_bytes().to_vec())
        .pair("split.count", 2, count.to_le_bytes().to_vec())
        .pair("split.tensors.count", 5, 2_i32.to_le_bytes().to_vec())
        .tensor(tensor, &[4], TensorType::F32.id(), 0)
        .data(16)
        .bytes()
}

#[test]
fn a_split_model_opens_by_its_first_part_alone() {
    let folder = std::env::temp_dir().join(format!("pelicycle-split-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let first = folder.join("m-00001-of-00002.gguf");
    let second = folder.join("m-00002-of-00002.gguf");
    std::fs::write(&first, part(0, 2, "a")).unwrap();
    let missing = Gguf::open(&first).unwrap_err();
    assert!(
        missing.path == second && matches!(missing.fault, GgufFault::PartMissing { number: 2, count: 2 }),
        "{missing}"
    );

    let outline = GgufOutline::open(&first).unwrap();
    assert_eq!(outline.tensors().iter().map(|tensor| &tensor.name).collect::<Vec<_>>(), ["a"]);
    assert_eq!(outline.problem().unwrap().path, second);

    std::fs::write(&second, part(1, 2, "b")).unwrap();
    assert_eq!(GgufOutline::open(&first).unwrap().tensors().len(), 2);
    let gguf = Gguf::open(&first).unwrap();
    assert_eq!(gguf.paths().collect::<Vec<_>>(), [&first, &second]);
    assert_eq!(gguf.bytes(gguf.tensor("b").unwrap()).len(), 16);
    let wrong = Gguf::open(&second).unwrap_err();
    assert!(matches!(&wrong.fault, GgufFault::NotFirstPart { first: f, .. } if *f == first), "{wrong}");

    std::fs::write(&second, part(1, 3, "b")).unwrap();
    assert!(matches!(Gguf::open(&first).unwrap_err().fault, GgufFault::PartMismatch { .. }));
    std::fs::write(&second, part(1, 2, "a")).unwrap();
    assert!(matches!(Gguf::open(&first).unwrap_err().fault, GgufFault::DuplicateTensor(_)));
    std::fs::remove_dir_all(&folder).unwrap();
}

/// The outline of a file with these bytes: its tensors with their types and sizes, and its problem.
fn outline(bytes: &[u8]) -> (Vec<(String, String, Option<u64>)>, GgufFault) {
    let folder = std::env::temp_dir().join(format!("pelicycle-outline-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("m.gguf");
    std::fs::write(&path, bytes).unwrap();
    let outline = GgufOutline::open(&path).unwrap();
    assert_eq!(outline.gguf().str("general.architecture").unwrap(), Some("llama"));
    assert!(outline.gguf().tensors().is_empty(), "only listed");
    let listed = outline.tensors().iter();
    let tensors =
        listed.map(|tensor| (tensor.name.clone(), tensor.type_name.clone(), tensor.bytes)).collect();
    assert_eq!(outline.problem().unwrap().path, path);
    let fault = Gguf::open(&path).unwrap_err().fault;
    assert_eq!(outline.problem().unwrap().fault.to_string(), fault.to_string());
    std::fs::remove_dir_all(&folder).unwrap();
    (tensors, fault)
}

#[test]
fn what_can_be_read_of_a_file_that_does_not_open_is_listed() {
    let (a, b) = (("a".into(), "F32".into(), Some(32)), ("b".into(), "Q8_0".into(), Some(34)));
    let odd = small().tensor("c", &[256], 15, 96).tensor("d", &[8], 99, 192).data(300).bytes();
    let (tensors, fault) = outline(&odd);
    let unknown = [("c".into(), "Q8_K".into(), None), ("d".into(), "type 99".into(), None)];
    assert_eq!(tensors, [a.clone(), b.clone(), unknown[0].clone(), unknown[1].clone()]);
    assert!(matches!(fault, GgufFault::TensorType { id: 15, .. }), "{fault}");

    let whole = small().bytes();
    let (tensors, fault) = outline(&whole[..whole.len() - 50]);
    assert_eq!(tensors, [a.clone(), b]);
    assert!(matches!(fault, GgufFault::OutOfFile { .. }), "{fault}");

    let absurd = small().tensor("c", &[u64::MAX, 2], 0, 96).tensor("d", &[8], 0, 96).bytes();
    let (tensors, fault) = outline(&absurd);
    assert_eq!(tensors.len(), 2, "as far as the table makes sense");
    assert!(matches!(fault, GgufFault::Shape { .. }), "{fault}");
}

proptest! {
    #[test]
    fn a_file_with_any_bytes_changed_opens_or_errs(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = small().pair("list", 9, array(8, 2, &[text("x"), text("yz")].concat())).bytes();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(gguf) = Gguf::from_bytes(&bytes) {
            for tensor in gguf.tensors() {
                prop_assert_eq!(gguf.bytes(tensor).len(), tensor.byte_len());
            }
        }
    }

    #[test]
    fn any_bytes_after_the_magic_open_or_err(tail in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Gguf::from_bytes(&[&b"GGUF\x03\0\0\0"[..], &tail].concat());
    }
}
