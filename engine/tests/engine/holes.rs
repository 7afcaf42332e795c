//! Files from which a download left something out: they open as if nothing were wrong, so the engine looks.

use std::ops::Range;

use pelicycle_engine::model::Arithmetic;

use crate::support::parts::{Parts, Tensor};

/// Opens a file with these bytes of a tensor set to zero.
fn opened(golden: &Parts, name: &str, zeros: Range<usize>) -> Result<(), String> {
    let mut parts = golden.clone();
    tensor(&mut parts, name).bytes[zeros].fill(0);
    parts.model(Arithmetic::Int8).map(drop).map_err(|error| error.to_string())
}

fn tensor<'a>(parts: &'a mut Parts, name: &str) -> &'a mut Tensor {
    parts.tensors.iter_mut().find(|tensor| tensor.name == name).unwrap()
}

#[test]
fn a_page_of_zeros_in_a_matrix_is_a_hole() {
    for name in ["llama3.f32", "qwen3moe.f16", "qwen3moe.q8_0", "glm4moe-iq.mixed_iq", "gptoss.mxfp4"] {
        let Some(golden) = Parts::golden(name) else { return };
        let mut tried = 0;
        for Tensor { name: tensor, bytes, .. } in golden.tensors.iter().filter(|tensor| tensor.dims.len() > 1)
        {
            // Odd: no block, number or row begins there.
            for at in [33, 1217].into_iter().filter(|at| at + 4096 < bytes.len()) {
                let error = opened(&golden, tensor, at..at + 4096).expect_err(tensor);
                assert!(error.contains(tensor) && error.contains("hole"), "{name}: {error}");
                tried += 1;
            }
        }
        assert!(tried > 10, "{name}: {tried}");
    }
}

#[test]
fn a_matrix_of_nothing_but_zeros_is_named() {
    for name in ["llama3.f32", "qwen3moe.q8_0", "qwen35moe.f16", "deepseek2-v3.f16"] {
        let Some(golden) = Parts::golden(name) else { return };
        for Tensor { name: tensor, bytes, .. } in
            golden.tensors.iter().filter(|tensor| tensor.dims[1..].iter().any(|&n| n > 1))
        {
            let error = opened(&golden, tensor, 0..bytes.len()).expect_err(tensor);
            assert!(error.contains(tensor) && error.contains("all zero"), "{name}: {error}");
        }
    }
}

#[test]
fn a_hole_may_go_over_many_tensors() {
    let Some(mut parts) = Parts::golden("qwen3moe.q8_0") else { return };
    let many = parts.tensors.len();
    let matrices = parts.tensors.iter_mut().skip(many / 3).filter(|tensor| tensor.dims.len() > 1);
    let matrices = matrices.filter(|tensor| !tensor.name.contains("gate_inp"));
    for (i, tensor) in matrices.enumerate() {
        let from = if i == 0 { tensor.bytes.len() / 2 + 11 } else { 0 };
        tensor.bytes[from..].fill(0);
    }
    let error = parts.model(Arithmetic::Int8).unwrap_err().to_string();
    assert!(error.contains("hole"), "{error}");
}

/// A padded vocabulary, an expert that was cut out, rows without use.
#[test]
fn rows_of_zeros_are_no_hole() {
    for (name, tensor, rows) in [
        ("qwen3moe.q8_0", "output.weight", 250..320),
        ("qwen3moe.q8_0", "token_embd.weight", 250..320),
        ("qwen3moe.f16", "token_embd.weight", 100..200),
        ("llama3.f32", "output.weight", 300..320),
    ] {
        let Some(golden) = Parts::golden(name) else { return };
        let Tensor { dims, bytes, .. } = golden.tensors.iter().find(|found| found.name == tensor).unwrap();
        let row = bytes.len() / usize::try_from(dims[1]).unwrap();
        assert_eq!(opened(&golden, tensor, rows.start * row..rows.end * row), Ok(()), "{name} {tensor}");
    }
    let Some(golden) = Parts::golden("qwen3moe.q8_0") else { return };
    let experts = golden.tensors.iter().find(|tensor| tensor.name == "blk.1.ffn_up_exps.weight").unwrap();
    let one = experts.bytes.len() / usize::try_from(experts.dims[2]).unwrap();
    assert_eq!(opened(&golden, &experts.name, 2 * one..4 * one), Ok(()));
}

/// Models are made deeper by repeating layers that add nothing at first.
#[test]
fn a_layer_that_adds_nothing_is_no_hole() {
    let Some(golden) = Parts::golden("llama3.f32") else { return };
    let mut parts = golden.clone();
    for name in ["blk.1.attn_output.weight", "blk.1.ffn_down.weight"] {
        tensor(&mut parts, name).bytes.fill(0);
    }
    parts.model(Arithmetic::Float32).unwrap();
    let len = tensor(&mut parts, "blk.1.ffn_up.weight").bytes.len();
    let error = opened(&parts, "blk.1.ffn_up.weight", 0..len).unwrap_err();
    assert!(error.contains("blk.1.ffn_up") && error.contains("all zero"), "{error}");
}

/// Whoever builds a model from a few numbers leaves the others zero.
#[test]
fn a_model_made_of_zeros_and_a_few_numbers_opens() {
    let Some(mut parts) = Parts::golden("llama3.f32") else { return };
    for tensor in parts.tensors.iter_mut().filter(|tensor| tensor.dims.len() > 1) {
        tensor.bytes.fill(0);
        if !tensor.name.starts_with("blk.") {
            let row = tensor.bytes.len() / usize::try_from(tensor.dims[1]).unwrap();
            // A number in a row.
            tensor
                .bytes
                .chunks_exact_mut(row + 4)
                .for_each(|row| row[..4].copy_from_slice(&1_f32.to_le_bytes()));
        }
    }
    parts.model(Arithmetic::Float32).unwrap();
}
