//! Codes: the more often a symbol occurs, the fewer bits it gets.

/// The bits of a symbol's code, in the order in which they are written, and how many they are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Code {
    pub(super) bits: u16,
    pub(super) length: u8,
}

/// How often each symbol occurs → how many bits its code has, `limit` at most; zero for those that
/// do not occur. The first two symbols always get a code: a tree of one leaf is none.
pub(super) fn code_lengths(mut counts: Vec<u32>, limit: u8) -> Vec<u8> {
    for count in counts.iter_mut().take(2) {
        *count = (*count).max(1);
    }
    loop {
        let lengths = unlimited_lengths(counts.clone());
        if lengths.iter().all(|length| *length <= limit) {
            return lengths;
        }
        // Flatter counts make a flatter tree. Nothing that occurs becomes zero.
        for count in &mut counts {
            *count = count.div_ceil(2);
        }
    }
}

/// Huffman's tree: the two rarest nodes get a common parent, until there is one. They are found in
/// the simplest way, as there are few. The depth of a node is the length of its code.
fn unlimited_lengths(mut weights: Vec<u32>) -> Vec<u8> {
    let symbols = weights.len();
    let mut parents = vec![0; symbols];
    loop {
        let first = take_rarest(&mut weights, &mut parents);
        let second = take_rarest(&mut weights, &mut parents);
        if second == 0 {
            break;
        }
        weights.push(first + second);
        parents.push(0);
    }
    depths(&parents, symbols)
}

/// Takes the rarest node out of the running and gives its weight; zero when none is left.
fn take_rarest(weights: &mut [u32], parents: &mut [usize]) -> u32 {
    let parent = weights.len();
    let nodes = weights.iter_mut().zip(parents);
    let rarest = nodes
        .filter(|(weight, _)| **weight > 0)
        .min_by_key(|(weight, _)| **weight);
    rarest.map_or(0, |(weight, its_parent)| {
        *its_parent = parent;
        std::mem::take(weight)
    })
}

/// Parents come after their children. The root's parent does not exist: its depth is zero.
fn depths(parents: &[usize], symbols: usize) -> Vec<u8> {
    let mut depths = vec![0; parents.len()];
    for (node, parent) in parents.iter().enumerate().rev() {
        if let Some(above) = depths.get(*parent).copied().filter(|_| *parent > 0) {
            depths[node] = above + 1;
        }
    }
    depths.truncate(symbols);
    depths
}

/// DEFLATE's canonical codes: short before long, and in the order of the symbols.
pub(super) fn codes(lengths: &[u8]) -> Vec<Code> {
    let mut codes = vec![Code::default(); lengths.len()];
    let mut next = 0_u16;
    for length in 1..=15 {
        for (code, _) in codes
            .iter_mut()
            .zip(lengths)
            .filter(|(_, of)| **of == length)
        {
            let bits = next.reverse_bits() >> (16 - length);
            *code = Code { bits, length };
            next += 1;
        }
        next <<= 1;
    }
    codes
}
