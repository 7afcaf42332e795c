//! Model files as they are written.

use pelicycle_engine::gguf::{Gguf, GgufBuilder, GgufFault, MetadataArray, MetadataValue};
use pelicycle_engine::quant::TensorType;

#[test]
fn what_is_written_is_read() {
    let mut contents = GgufBuilder::default();
    let pairs = [
        ("general.architecture", MetadataValue::String("llama".into())),
        ("small", MetadataValue::I8(-3)),
        ("large", MetadataValue::U64(1 << 40)),
        ("yes", MetadataValue::Bool(true)),
        ("half", MetadataValue::F64(0.5)),
        ("names", MetadataValue::Array(MetadataArray::String(vec!["a".into(), String::new(), "ü".into()]))),
        ("numbers", MetadataValue::Array(MetadataArray::I16(vec![-1, 2]))),
        ("flags", MetadataValue::Array(MetadataArray::Bool(vec![false, true]))),
    ];
    for (key, value) in &pairs {
        contents.pair(*key, value.clone());
    }
    contents.tensor("odd", &[3, 5], TensorType::F16).unwrap();
    contents.tensor("blocks", &[64, 2], TensorType::Q8_0).unwrap();
    let mut file = Vec::new();
    contents
        .write(&mut file, |tensor, out| {
            for i in 0..tensor.bytes {
                out.write_all(&[i as u8])?;
            }
            Ok(())
        })
        .unwrap();
    let gguf = Gguf::from_bytes(&file).unwrap();
    for (key, value) in &pairs {
        assert_eq!(gguf.metadata().get(*key), Some(value), "{key}");
    }
    for tensor in contents.tensors() {
        let info = gguf.tensor(&tensor.name).unwrap();
        assert_eq!((&info.dims, info.tensor_type), (&tensor.dims, tensor.tensor_type));
        let expected: Vec<u8> = (0..tensor.bytes).map(|i| i as u8).collect();
        assert_eq!(gguf.bytes(info), expected);
    }
}

#[test]
fn a_shape_that_no_file_can_hold_is_refused() {
    let mut contents = GgufBuilder::default();
    assert!(matches!(contents.tensor("a", &[33], TensorType::Q8_0), Err(GgufFault::Row { row: 33, .. })));
    assert!(matches!(contents.tensor("a", &[], TensorType::F32), Err(GgufFault::Dimensions { .. })));
    assert!(matches!(contents.tensor("a", &[1 << 62, 4], TensorType::F32), Err(GgufFault::Shape { .. })));
    assert!(contents.tensors().is_empty());
}
