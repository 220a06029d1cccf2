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
        let lengths = unlimited_lengths(&counts);
        if lengths.iter().all(|length| *length <= limit) {
            return lengths;
        }
        // Flatter counts make a flatter tree. Nothing that occurs becomes zero.
        for count in &mut counts {
            *count = count.div_ceil(2);
        }
    }
}

/// Huffman's tree: the two rarest nodes get a common parent, until there is one. The depth of a node
/// is the length of its code.
fn unlimited_lengths(counts: &[u32]) -> Vec<u8> {
    let symbols = counts.len();
    let mut parents = vec![0; symbols];
    let mut nodes = Vec::with_capacity(symbols);
    for (symbol, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        rank(&mut nodes, (*count, symbol));
    }
    while let (Some(first), Some(second)) = (nodes.pop(), nodes.pop()) {
        let parent = parents.len();
        parents[first.1] = parent;
        parents[second.1] = parent;
        parents.push(0);
        rank(&mut nodes, (first.0 + second.0, parent));
    }
    depths(&parents, symbols)
}

/// Puts a node where it belongs by its weight; the rarest is the last.
fn rank(nodes: &mut Vec<(u32, usize)>, node: (u32, usize)) {
    let place = nodes.partition_point(|(weight, _)| *weight > node.0);
    nodes.insert(place, node);
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
