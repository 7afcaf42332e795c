//! The functions that unpack each type, under the same names in every instruction set.

/// Calls `$with!` with what it is to be given first, and then with every quantized type, its module and its function: those of
/// which a function is compiled into each loop, and those of which it is so large that on x86 this is done for one row
/// alone; and of these the ones whose places of points are made ahead there.
macro_rules! of_every_type {
    ($with:ident $($first:tt)*) => {
        $with! {
            $($first)*
            [
                Q4_0 small_blocks q4_0, Q4_1 small_blocks q4_1, Q5_0 small_blocks q5_0, Q5_1 small_blocks q5_1,
                Q8_0 small_blocks q8_0, IQ4_NL small_blocks iq4_nl, MXFP4 small_blocks mxfp4, Q2_K k_quants q2_k,
                Q3_K k_quants q3_k, Q4_K k_quants q4_k, Q5_K k_quants q5_k, Q6_K k_quants q6_k, IQ4_XS k_quants iq4_xs,
            ]
            [
                IQ2_XXS books iq2_xxs, IQ3_XXS books iq3_xxs, TQ1_0 few_bits tq1_0, TQ2_0 few_bits tq2_0,
                Q1_0 few_bits q1_0, Q2_0 few_bits q2_0, NVFP4 books nvfp4,
            ]
            [
                IQ2_XS books iq2_xs, IQ2_S books iq2_s, IQ3_S books iq3_s, IQ1_S few_bits iq1_s, IQ1_M few_bits iq1_m,
            ]
        }
    };
}
pub(crate) use of_every_type;
