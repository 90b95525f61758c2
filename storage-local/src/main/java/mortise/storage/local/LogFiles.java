package mortise.storage.local;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import mortise.api.TopicPartition;

/** The names of a log's files and directories, which are Kafka's. */
final class LogFiles {
    static final String LOG = ".log";
    static final String OFFSET_INDEX = ".index";
    static final String TIME_INDEX = ".timeindex";
    static final String TRANSACTION_INDEX = ".txnindex";
    static final String PRODUCER_SNAPSHOT = ".snapshot";
    static final String PRODUCER_BATCHES = ".producers";
    static final String EPOCHS = ".epochs";
    static final String CLEANED = ".cleaned";
    static final String DELETED = ".deleted";
    static final String TEMPORARY = ".tmp";
    static final String STRAY = ".stray";
    static final String LEADER_EPOCHS = "leader-epoch-checkpoint";
    static final String DELETED_DIRECTORY = "-delete";
    static final String STRAY_DIRECTORY = "-stray";
    static final String FUTURE_DIRECTORY = "-future";

    private static final int DIGITS = 20;
    private static final int LONGEST_NAME = 255;

    private LogFiles() {}

    /** {@code 00000000000000000042.log}. */
    static String name(long offset, String suffix) {
        String digits = Long.toString(offset);
        return "0".repeat(DIGITS - digits.length()) + digits + suffix;
    }

    /** The offset in a name with this suffix; nothing if it is another kind of name. */
    static OptionalLong offset(String name, String suffix) {
        if (name.length() != DIGITS + suffix.length() || !name.endsWith(suffix)) {
            return OptionalLong.empty();
        }
        long offset = 0;
        for (int i = 0; i < DIGITS; i++) {
            int digit = name.charAt(i) - '0';
            if (digit < 0 || digit > 9 || offset > (Long.MAX_VALUE - digit) / 10) {
                return OptionalLong.empty();
            }
            offset = offset * 10 + digit;
        }
        return OptionalLong.of(offset);
    }

    /** The partition that a directory's name stands for; nothing if it is no such name. */
    static Optional<TopicPartition> partition(String directory) {
        int dash = directory.lastIndexOf('-');
        String number = directory.substring(dash + 1);
        if (dash <= 0
                || number.isEmpty()
                || number.length() > 9
                || !number.chars().allMatch(c -> c >= '0' && c <= '9')
                || (number.length() > 1 && number.charAt(0) == '0')) {
            return Optional.empty();
        }
        return Optional.of(
                new TopicPartition(directory.substring(0, dash), Integer.parseInt(number)));
    }

    /** The name under which a directory waits for its removal, for a person, or for its turn. */
    static String asideName(TopicPartition partition, UUID unique, String suffix) {
        String tail =
                "-" + partition.partition() + "." + unique.toString().replace("-", "") + suffix;
        String topic = partition.topic();
        return topic.substring(0, Math.min(topic.length(), LONGEST_NAME - tail.length())) + tail;
    }
}
