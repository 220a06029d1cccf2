//! Huffman codes, in which frequent symbols have fewer bits.

/// The code of a symbol: its bits in the order of output, and their number.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Code {
    pub(super) bits: u16,
    pub(super) length: u8,
}

/// Computes the code length of each symbol from its frequency, at most `max_bits`. Unused symbols have
/// length zero, except for the first two, since a tree needs at least two leaves.
pub(super) fn code_lengths(mut counts: Vec<u32>, max_bits: u8) -> Vec<u8> {
    for count in counts.iter_mut().take(2) {
        *count = (*count).max(1);
    }
    loop {
        let lengths = unlimited_lengths(&counts);
        if lengths.iter().all(|length| *length <= max_bits) {
            return lengths;
        }
        // More even counts lead to a flatter tree. Counts above zero stay above zero.
        for count in &mut counts {
            *count = count.div_ceil(2);
        }
    }
}

/// Builds the Huffman tree: joins the two rarest nodes until one is left. The depth of a leaf is the
/// length of its code.
fn unlimited_lengths(counts: &[u32]) -> Vec<u8> {
    let symbols = counts.len();
    let mut parents = vec![0; symbols];
    let mut nodes = Vec::with_capacity(symbols);
    for (symbol, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        insert_sorted(&mut nodes, (*count, symbol));
    }
    while let (Some(first), Some(second)) = (nodes.pop(), nodes.pop()) {
        let parent = parents.len();
        parents[first.1] = parent;
        parents[second.1] = parent;
        parents.push(0);
        insert_sorted(&mut nodes, (first.0 + second.0, parent));
    }
    depths(&parents, symbols)
}

/// Inserts a node by descending weight.
fn insert_sorted(nodes: &mut Vec<(u32, usize)>, node: (u32, usize)) {
    let index = nodes.partition_point(|(weight, _)| *weight > node.0);
    nodes.insert(index, node);
}

/// Computes the depth of each symbol. Parents have higher indexes than their children. The root has
/// parent 0, which is not a parent of others, and depth zero.
fn depths(parents: &[usize], symbols: usize) -> Vec<u8> {
    let mut depths = vec![0; parents.len()];
    for (node, parent) in parents.iter().enumerate().rev() {
        if let Some(depth) = depths.get(*parent).copied().filter(|_| *parent > 0) {
            depths[node] = depth + 1;
        }
    }
    depths.truncate(symbols);
    depths
}

/// Assigns the canonical codes of DEFLATE: by length, then by symbol.
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
