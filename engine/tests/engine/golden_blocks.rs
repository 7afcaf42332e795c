//! Every block format against the values that another implementation reads from the same bytes.

use pelicycle_engine::quant::{TensorType, dequantize};

use crate::support::{Reference, json, shared};

#[test]
fn every_type_stands_for_exactly_the_numbers_that_the_reference_reads() {
    let Some(shared) = shared() else { return };
    let parts = ["golden", "golden-2"].map(|part| {
        let folder = shared.join(part).join("blocks");
        (json(&folder.join("manifest.json")), Reference::read(&folder.join("blocks.safetensors")))
    });
    let mut compared = 0;
    for &kind in TensorType::ALL {
        if kind == TensorType::F32 {
            continue;
        }
        let of_kind = parts.iter().find(|(manifest, _)| manifest["types"].get(kind.name()).is_some());
        let (manifest, blocks) = of_kind.unwrap_or_else(|| panic!("{kind} has no reference"));
        let facts = &manifest["types"][kind.name()];
        assert_eq!(facts["ggml_type"], kind.id(), "{kind}");
        assert_eq!(facts["block_elements"], kind.block_elements(), "{kind}");
        assert_eq!(facts["block_bytes"], kind.block_bytes(), "{kind}");
        let bytes = blocks.u8s(&format!("{kind}.bytes"));
        let (_, expected) = blocks.f32s(&format!("{kind}.values"));
        let mut got = vec![f32::NAN; expected.len()];
        dequantize(kind, &bytes, &mut got);
        let differs = got.iter().zip(&expected).position(|(a, b)| a.to_bits() != b.to_bits() && a != b);
        assert_eq!(differs, None, "{kind}: element {differs:?}");
        compared += 1;
    }
    let all: usize = parts.iter().map(|(manifest, _)| manifest["types"].as_object().unwrap().len()).sum();
    assert_eq!(compared, all, "the engine knows every type there is");
}
