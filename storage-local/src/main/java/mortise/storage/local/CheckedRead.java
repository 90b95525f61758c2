package mortise.storage.local;

import java.io.IOException;

/**
 * One read of batches that looks at each of them: its checksum, and that its offsets contradict
 * neither the batch before nor the header behind it. Confined to its thread.
 */
final class CheckedRead {
    private final LogSearch.Place place;
    private final int position;
    private final int end;
    private final FileWindow window;
    private final BatchWalk walk;
    private final HeaderOrder order;
    private int sound;

    /**
     * @param place where the first batch begins
     * @param length how many bytes are wanted, from its begin
     * @param endOffset no batch reaches to it
     * @param window shows the bytes, and one header more: it must not contradict the last batch
     */
    CheckedRead(LogSearch.Place place, int length, long endOffset, FileWindow window) {
        this.place = place;
        this.position = place.position();
        this.end = position + length;
        this.sound = position;
        this.window = window;
        this.walk = new BatchWalk(window, position);
        this.order =
                new HeaderOrder(
                        place.segment(),
                        Segment.Border.BEGIN,
                        Math.min(place.nextBase(), endOffset));
    }

    /**
     * How many bytes can be given: fewer than wanted if something is wrong behind the first batch.
     *
     * @throws IOException if something is wrong with that
     */
    int bytes() throws IOException {
        try {
            while (sound < end && walk.next()) {
                if (walk.nextPosition() > end) {
                    walk.stepBack();
                    break;
                }
                check();
                sound = walk.nextPosition();
            }
            return (sound < end ? cutBatch(sound) : end) - position;
        } catch (IOException behind) {
            if (sound == position) {
                throw behind;
            }
            return sound - position;
        }
    }

    /** Where the last batch ends that was whole, and found right. */
    int checkedTo() {
        return sound;
    }

    private void check() throws IOException {
        order.check(walk);
        if (!walk.verify()) {
            throw new CorruptFileException(
                    "segment "
                            + place.segment()
                            + ": the batch at "
                            + walk.position()
                            + " has a wrong checksum");
        }
        order.checkFollower(walk.nextPosition(), walk.nextBaseOffset());
    }

    /** Touches what is wanted of a batch that does not fit; nobody looks into a part of one. */
    private int cutBatch(int from) throws IOException {
        boolean header = end - from >= BatchHeader.BYTES;
        if (header && walk.nextBaseOffset() < 0 && from > position) {
            return from; // whoever reads there is told what is wrong
        }
        int least = from == position ? Math.min(end - from, place.size()) : 0;
        int at = from;
        while (at < end) {
            int count = window.available(at, end - at);
            if (count == 0) {
                break;
            }
            at += count;
        }
        if (at - from < least) {
            throw new CorruptFileException(
                    place.open().file().path()
                            + " ends at "
                            + at
                            + ", within the batch at "
                            + from
                            + " of "
                            + place.size()
                            + " bytes; was it cut from outside?");
        }
        return at;
    }
}
