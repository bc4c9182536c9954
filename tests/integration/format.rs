//! The model file: what is written is read, what is altered is refused.

use netiquette::model::file;

use super::util::{Desk, repository, small_model};

#[test]
fn written_and_read_it_is_the_same_file() {
    let desk = Desk::new();
    small_model(&desk);
    let bytes = std::fs::read(desk.path("small.model")).unwrap();
    let (model, id) = file::read(&bytes).unwrap();
    assert!(file::write(&model).unwrap() == bytes);
    assert_eq!(file::read(&file::write(&model).unwrap()).unwrap().1, id);
}

#[test]
fn any_flipped_or_missing_byte_is_refused() {
    let desk = Desk::new();
    small_model(&desk);
    let bytes = std::fs::read(desk.path("small.model")).unwrap();
    let everywhere =
        (0..64).chain((64..bytes.len()).step_by(bytes.len() / 300)).chain(bytes.len() - 40..bytes.len());
    for at in everywhere {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << (at % 8);
        let message = file::read(&flipped).map(|_| ()).unwrap_err().to_string();
        assert!(message.contains("model"), "byte {at}: {message}");
        assert!(file::read(&bytes[..at]).is_err(), "cut at {at}");
    }
    let longer = [&bytes[..], b"x"].concat();
    assert!(file::read(&longer).is_err());
}

#[test]
fn a_damaged_model_is_exit_code_two_with_its_path() {
    let desk = Desk::new();
    small_model(&desk);
    let mut bytes = std::fs::read(desk.path("small.model")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    desk.write("damaged.model", &bytes);
    desk.run_with(&["score", "--model", "damaged.model"], b"text\nhallo\n")
        .expect(2)
        .says("damaged.model")
        .says("checksum");
    bytes[8] = file::FORMAT as u8 + 1;
    desk.write("newer.model", &bytes);
    desk.run("inspect newer.model").expect(2).says("newer netiquette");
}

#[test]
fn an_absurd_header_length_allocates_nothing() {
    let content = [&b"NETIQMDL"[..], &file::FORMAT.to_le_bytes(), &u64::MAX.to_le_bytes(), b"{}"].concat();
    let signed = [&content[..], blake3::hash(&content).as_bytes()].concat();
    assert!(file::read(&signed).unwrap_err().to_string().contains("does not fit together"));
}

/// A model written in an earlier version of the format, or this one, is read and scores as it did.
#[test]
fn every_format_is_still_read() {
    for version in 1..=file::FORMAT {
        let fixture = |end: &str| repository("tests/fixtures/models").join(format!("v{version}.{end}"));
        let bytes = std::fs::read(fixture("model")).unwrap();
        let (model, id) = file::read(&bytes).unwrap();
        assert_eq!(model.labels.len(), 2);
        assert_eq!(model.background.subspace().is_some(), version >= 2);
        let desk = Desk::new();
        desk.write("old.model", bytes);
        let input =
            "text,article_title\nSo ein Trottel,Rat tagt\nDanke für den Bericht aus dem Rat,Rat tagt\n";
        let rows = desk.run_with(&["score", "--model", "old.model"], input.as_bytes()).expect(0).table();
        let expected = std::fs::read_to_string(fixture("scores.txt")).unwrap();
        let scores: String =
            rows.iter().map(|r| format!("{} {}\n", r["incivility_score"], r["off_topic_score"])).collect();
        assert_eq!(format!("{id}\n{scores}"), expected, "format {version}");
    }
}
