//! As much of reading protobuf as an exporter needs: a receiver's answer, and the own requests when
//! they have to be divided; and as a test needs that looks at what was recorded.

use super::writer::Writer;

/// One field of a message. `content` is empty for numbers, `value` zero for anything else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<'a> {
    pub(crate) number: u64,
    pub(crate) value: u64,
    pub(crate) content: &'a [u8],
}

/// The fields of a message. Ends early where the bytes are none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        let rest = &mut self.0;
        let tag = varint(rest)?;
        let mut field = Field {
            number: tag >> 3,
            value: 0,
            content: &[],
        };
        match tag & 7 {
            0 => field.value = varint(rest)?,
            1 => field.value = little_endian(take(rest, 8)?),
            2 => {
                let length = varint(rest)?;
                field.content = take(rest, length)?;
            }
            5 => field.value = little_endian(take(rest, 4)?),
            _ => return None,
        }
        Some(field)
    }
}

fn take<'a>(rest: &mut &'a [u8], count: u64) -> Option<&'a [u8]> {
    rest.split_off(..usize::try_from(count).ok()?)
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = *rest.split_off_first()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

fn little_endian(bytes: &[u8]) -> u64 {
    let bytes = bytes.iter().rev();
    bytes.fold(0, |value, byte| value << 8 | u64::from(*byte))
}

/// The first field of this number.
pub(crate) fn find(message: &[u8], number: u64) -> Option<Field<'_>> {
    Fields(message).find(|field| field.number == number)
}

/// How many spans a receiver has refused although it took the request, and why. Of an
/// `ExportTraceServiceResponse`.
pub(crate) fn partial_success(answer: &[u8]) -> Option<(u32, &str)> {
    let partial = find(answer, 1)?.content;
    let count = find(partial, 1).map_or(0, |field| field.value);
    let why = find(partial, 2).map_or(&[][..], |field| field.content);
    let why = std::str::from_utf8(why).unwrap_or_default();
    (count > 0 || !why.is_empty()).then(|| (u32::try_from(count).unwrap_or(u32::MAX), why))
}

/// Whether this can be what an OTLP receiver answers with a success. Receivers may leave the content
/// type out, or send nothing at all.
pub(crate) fn is_answer(content_type: &str, body: &[u8]) -> bool {
    if content_type.starts_with("text/html") {
        return false;
    }
    if body.is_empty() {
        return true;
    }
    if content_type.starts_with("application/json") {
        // It has one field at most.
        let name = b"partialSuccess";
        let has_field = || body.windows(name.len()).any(|part| part == name);
        return body.starts_with(b"{") && (body.len() < 5 || has_field());
    }
    let mut fields = Fields(body);
    while fields.next().is_some() {}
    fields.0.is_empty() && !content_type.starts_with("text/")
}

/// The request with only those of its spans for which `is_kept` says so.
pub(crate) fn keep_spans(request: &[u8], is_kept: &mut dyn FnMut() -> bool) -> Vec<u8> {
    let mut writer = Writer::default();
    copy(request, &[1, 2, 2], is_kept, &mut writer);
    writer.into_bytes()
}

/// Copies a message whose spans are found at the end of `path`. On the way there, all fields are
/// messages or texts.
fn copy(message: &[u8], path: &[u8], is_kept: &mut dyn FnMut() -> bool, out: &mut Writer) {
    for field in Fields(message) {
        let number = field.number as u8;
        match path {
            [last] if number == *last && !is_kept() => {}
            [first, deeper @ ..] if number == *first && !deeper.is_empty() => {
                let message = out.begin(number);
                copy(field.content, deeper, is_kept, out);
                out.end(message);
            }
            _ => out.bytes_always(number, field.content),
        }
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
#[path = "reader_tests.rs"]
mod tests;
