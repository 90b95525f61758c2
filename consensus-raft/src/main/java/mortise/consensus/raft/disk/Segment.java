package mortise.consensus.raft.disk;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One file of the log, by what its name says.
 *
 * @param baseIndex the first entry that is or will be in it
 */
record Segment(Path file, long baseIndex) {
    private static final Pattern NAME = Pattern.compile("(\\d{20})\\.log");

    /** Bytes of the header and the SEGMENT frame, where entries begin. */
    static final int START =
            FileHeader.SIZE + FrameWriter.OVERHEAD + 1 + Long.BYTES + Integer.BYTES;

    /** The segment that begins with this entry. */
    static Segment in(Path directory, long baseIndex) {
        return new Segment(
                directory.resolve(String.format(Locale.ROOT, "%020d.log", baseIndex)), baseIndex);
    }

    /** The segment behind this path, if its name is a segment's. */
    static Optional<Segment> of(Path file) {
        Matcher matcher = NAME.matcher(String.valueOf(file.getFileName()));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Segment(file, Long.parseLong(matcher.group(1))));
        } catch (NumberFormatException larger) {
            return Optional.empty();
        }
    }

    /** The file's name, for messages. */
    String name() {
        return String.valueOf(file.getFileName());
    }
}
