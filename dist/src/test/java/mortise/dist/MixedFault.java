package mortise.dist;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** What happens to a broker under load, by kind. */
enum MixedFault {
    /** kill -9, and a start on what is left. */
    KILL,
    /** SIGTERM, and a start. */
    STOP,
    /** No room on the data directory's file system for some seconds. */
    FULL_DISK,
    /** Topics are created while there is no room. */
    CREATION_ON_FULL_DISK,
    /** SIGSTOP for a second. */
    PAUSE,
    /** Every connection of half the clients is reset. */
    CUT,
    /** A topic that is written to is deleted. */
    DELETION,
    /** A topic is created anew under the name of one that was just deleted. */
    RECREATION,
    /** A topic gets more partitions. */
    GROWTH,
    /** The beginning of a partition is deleted: DeleteRecords. */
    TRIMMING,
    /** Offsets are looked up by time. */
    TIME_LOOKUP,
    /** Retention takes the beginning of a partition. */
    RETENTION;

    /** The word for it on the command line and in the report. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** All kinds but those that are named, separated by commas. */
    static Set<MixedFault> without(String words) {
        Set<MixedFault> kinds = EnumSet.allOf(MixedFault.class);
        for (String word : words.split(",", -1)) {
            if (!word.isBlank()) {
                kinds.remove(
                        Arrays.stream(values())
                                .filter(kind -> kind.word().equals(word.strip()))
                                .findFirst()
                                .orElseThrow(() ->
                                        new IllegalArgumentException(
                                                "there is no kind of fault '"
                                                        + word
                                                        + "'; there are "
                                                        + Arrays.stream(values())
                                                                .map(MixedFault::word)
                                                                .toList())));
            }
        }
        return kinds;
    }
}
