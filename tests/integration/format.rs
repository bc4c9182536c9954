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

/// Older formats have other features: their scores would not be what they were.
#[test]
fn an_older_format_is_refused_by_name() {
    for format in 1..file::FORMAT {
        let content = [&b"NETIQMDL"[..], &format.to_le_bytes(), b"tensors"].concat();
        let signed = [&content[..], blake3::hash(&content).as_bytes()].concat();
        let message = file::read(&signed).map(|_| ()).unwrap_err().to_string();
        assert!(
            message.contains(&format!("format {format}")) && message.contains("older netiquette"),
            "{message}"
        );
        assert!(message.contains("train it anew"), "{message}");
    }
}

/// A model written when the format got its number is read and scores as it did.
#[test]
fn a_stored_model_of_the_present_format_is_read_and_scores_as_it_did() {
    let bytes = std::fs::read(repository("tests/fixtures/models/v4.model")).unwrap();
    let (model, id) = file::read(&bytes).unwrap();
    assert_eq!(model.labels.len(), 2);
    let desk = Desk::new();
    desk.write("v4.model", bytes);
    let input = "text,article_title\nSo ein Trottel,Rat tagt\nDanke für den Bericht aus dem Rat,Rat tagt\n";
    let rows = desk.run_with(&["score", "--model", "v4.model"], input.as_bytes()).expect(0).table();
    let expected = std::fs::read_to_string(repository("tests/fixtures/models/v4.scores.txt")).unwrap();
    let scores: String =
        rows.iter().map(|r| format!("{} {}\n", r["incivility_score"], r["off_topic_score"])).collect();
    assert_eq!(format!("{id}\n{scores}"), expected);
}
