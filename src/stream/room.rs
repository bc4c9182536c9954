//! Which threads are in memory: those used last, as far as there is room, where there is a
//! store for the others.

use rayon::prelude::*;

use super::{Entry, Key, Reference, Threads};
use crate::error::Result;

impl Threads {
    /// Bytes that are left of the room for threads; none once some are in the store.
    pub fn room_left(&self) -> usize {
        if self.spill.is_used() { 0 } else { self.room.saturating_sub(self.held) }
    }

    /// To be called between comments: makes room where there is a store.
    ///
    /// # Errors
    /// [`Kind::Io`](crate::error::Kind::Io) when the store cannot be written.
    pub fn relieve(&mut self) -> Result<()> {
        self.now += 1;
        if self.held > self.room && self.spill.is_possible() {
            self.drop_to(self.room / 2, true)?;
        }
        Ok(())
    }

    /// Drops the entries that were not used for longest until at most `bytes` are held;
    /// `put_away` those that are not in the store.
    fn drop_to(&mut self, bytes: usize, put_away: bool) -> Result<()> {
        let held = self.articles.iter().filter(|(_, slot)| slot.entry.is_some());
        let mut by_use: Vec<(u32, Key)> = held.map(|(key, slot)| (slot.used, *key)).collect();
        by_use.sort_unstable();
        for (_, key) in by_use {
            if self.held <= bytes {
                break;
            }
            let Some(slot) = self.articles.get_mut(&key) else { continue };
            let Some(entry) = slot.entry.take() else { continue };
            self.held -= entry.bytes();
            if put_away {
                slot.stored = self.spill.write(&entry, slot.stored)?;
            }
        }
        Ok(())
    }

    /// Ends the first pass: sums up every thread once for each of the `references` (of the
    /// models that will score), so that no comment has to. Changes no score.
    ///
    /// # Errors
    /// [`Kind::Io`](crate::error::Kind::Io) when the store cannot be written.
    pub fn settle(&mut self, references: &[Reference<'_>]) -> Result<()> {
        if self.spill.is_used() {
            return self.drop_to(0, true);
        }
        let mut entries: Vec<&mut Entry> =
            self.articles.values_mut().filter_map(|slot| slot.entry.as_deref_mut()).collect();
        entries.par_iter_mut().for_each(|entry| entry.sum_up(references));
        Ok(())
    }

    /// Fetches what [`context`](Threads::context) will be asked for, with the `references` of
    /// [`settle`](Threads::settle), after which nothing can be added.
    ///
    /// # Errors
    /// [`Kind::Io`](crate::error::Kind::Io) when the store cannot be read.
    pub fn fetch(&mut self, articles: impl Iterator<Item = Key>, references: &[Reference<'_>]) -> Result<()> {
        if !self.spill.is_used() {
            return Ok(());
        }
        self.now += 1;
        let mut wanted = Vec::new();
        for key in articles {
            if let Some(slot) = self.articles.get_mut(&key).filter(|slot| slot.used != self.now) {
                slot.used = self.now;
                wanted.push(key);
            }
        }
        if self.held > self.room {
            self.drop_to(self.room / 2, false)?;
        }
        let is_absent = |key: &Key| self.articles.get(key).is_some_and(|slot| slot.entry.is_none());
        wanted.retain(is_absent);
        let mut fetched = wanted.into_iter().map(|key| self.read(key)).collect::<Result<Vec<_>>>()?;
        fetched.par_iter_mut().for_each(|(_, entry)| entry.sum_up(references));
        fetched.into_iter().for_each(|(key, entry)| self.put(key, entry));
        Ok(())
    }

    /// Adds up the pieces of an entry.
    fn read(&mut self, article: Key) -> Result<(Key, Box<Entry>)> {
        let mut entry = Box::<Entry>::default();
        if let Some(slot) = self.articles.get(&article) {
            self.spill.add_to(&mut entry, slot.stored)?;
        }
        Ok((article, entry))
    }
}

#[cfg(test)]
mod tests {
    use super::super::spill::Open;
    use super::*;
    use crate::comment::Article;
    use crate::features::topic::{Background, Bag, Wanted};
    use crate::text::Folded;

    #[test]
    fn what_is_put_away_is_what_is_kept() {
        let open: Open = || Ok(Box::new(std::io::Cursor::new(Vec::new())));
        let background = Background::learn(&[Bag::new(&Folded::new("ein paar Worte im Allgemeinen"))]);
        let (mut kept, mut spilling) = (Threads::default(), Threads::spilling(open));
        spilling.room = 1000;
        let title = |i: usize| Article {
            article_id: format!("a{}", i % 7),
            title: format!("Titel {i}"),
            text: format!("Absatz {i}\n\nnoch einer"),
            ..Article::default()
        };
        for threads in [&mut kept, &mut spilling] {
            for i in 0..100 {
                threads.add_article(&title(i));
                threads.add_comment(
                    &format!("Kommentar {} zur Sache {i}", i % 9),
                    &format!("a{}", i % 7),
                    "",
                );
                threads.relieve().unwrap();
            }
            threads.settle(&[(&background, Wanted::ALL)]).unwrap();
        }
        assert!(spilling.spill.is_used() && !kept.spill.is_used());
        let comment = Bag::new(&Folded::new("Kommentar 3 zum Titel 5 und zur Sache"));
        for i in 0..7 {
            let id = format!("a{i}");
            spilling.fetch([Key::of(&id)].into_iter(), &[(&background, Wanted::ALL)]).unwrap();
            let columns = |threads: &Threads| {
                let mut columns = Vec::new();
                background.columns(&comment, &threads.context(&id), &mut columns);
                columns
            };
            assert_eq!(columns(&spilling), columns(&kept), "{id}");
        }
    }
}
