package mortise.broker.cluster;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import mortise.api.TopicId;
import mortise.broker.runtime.DurableFile;
import mortise.broker.runtime.RefusedDirectoryException;
import mortise.metadata.controller.ControllerCommand.ImportedTopic;
import org.jspecify.annotations.Nullable;

/**
 * What the file {@value #FILE} of a data directory says: topics whose logs an import has put into
 * the store and that the cluster's metadata does not know yet, and topics whose logs it is putting
 * there. The next start of the broker creates the former and leaves the latter alone.
 *
 * <p>The file is text. Its first line has the version of this format; {@code copying ID NAME} is a
 * topic on its way; {@code producers N} says that producer IDs below N may have written to topics;
 * {@code topic ID NAME} is one that is whole, followed by {@code epochs} with the leader epoch that
 * each partition begins with, and a line {@code config NAME VALUE} for each value, with {@code \\}
 * for a backslash and {@code \n}, {@code \r} for ends of lines; the last line has the CRC-32C of
 * all before it.
 *
 * @param ready topics whose logs are whole and durable
 * @param copying topics whose logs may be there in part, by ID
 * @param nextProducerId producer IDs below this one may have written to the topics
 */
public record ImportedTopics(
        List<ImportedTopic> ready, Map<TopicId, String> copying, long nextProducerId) {
    /** The file's name. */
    public static final String FILE = "imported-topics";

    /** No topics. */
    public static final ImportedTopics NONE = new ImportedTopics(List.of(), Map.of(), 0);

    private static final String HEAD = "version: 0";
    private static final String CRC = "crc-32c: ";
    private static final long MOST_BYTES = 256L << 20;

    public ImportedTopics {
        ready = List.copyOf(ready);
        copying = Map.copyOf(copying);
    }

    /**
     * Reads the file of a data directory; nothing is in it if there is none.
     *
     * @throws RefusedDirectoryException if it is damaged or cannot be read
     */
    public static ImportedTopics read(Path directory) {
        Path file = directory.resolve(FILE);
        try {
            if (!Files.exists(file)) {
                return NONE;
            }
            if (Files.size(file) > MOST_BYTES) {
                throw damaged(file, "it has more than " + MOST_BYTES + " bytes");
            }
            return new Parser(file).parse(Files.readString(file));
        } catch (CharacterCodingException noText) {
            throw damaged(file, "it holds bytes that are not UTF-8 text");
        } catch (IOException failure) {
            throw new RefusedDirectoryException(
                    file + " cannot be read: " + failure + "; let this user read it", failure);
        }
    }

    /** Replaces the file of a data directory, durably; removes it if there are no topics. */
    public void write(Path directory) throws IOException {
        if (ready.isEmpty() && copying.isEmpty()) {
            DurableFile.remove(directory, FILE);
        } else {
            DurableFile.write(directory, FILE, text());
        }
    }

    /** The same without a topic. */
    public ImportedTopics without(TopicId id) {
        Map<TopicId, String> others = new LinkedHashMap<>(copying);
        others.remove(id);
        return new ImportedTopics(
                ready.stream().filter(topic -> !topic.id().equals(id)).toList(),
                others,
                nextProducerId);
    }

    /** The same with a topic whose logs are about to be put into the store. */
    public ImportedTopics withCopying(TopicId id, String name) {
        Map<TopicId, String> more = new LinkedHashMap<>(copying);
        more.put(id, name);
        return new ImportedTopics(ready, more, nextProducerId);
    }

    /**
     * The same with a topic whose logs are whole now.
     *
     * @param producersBelow producer IDs below this one may have written to it
     */
    public ImportedTopics withReady(ImportedTopic topic, long producersBelow) {
        ImportedTopics others = without(topic.id());
        List<ImportedTopic> more = new ArrayList<>(others.ready);
        more.add(topic);
        return new ImportedTopics(more, others.copying, Math.max(nextProducerId, producersBelow));
    }

    private String text() {
        StringBuilder text = new StringBuilder(HEAD).append('\n');
        text.append("producers ").append(nextProducerId).append('\n');
        copying.forEach((id, name) ->
                text.append("copying ").append(id).append(' ').append(name).append('\n'));
        for (ImportedTopic topic : ready) {
            text.append("topic ").append(topic.id()).append(' ').append(topic.name());
            text.append("\nepochs");
            topic.leaderEpochs().forEach(epoch -> text.append(' ').append(epoch));
            text.append('\n');
            new TreeMap<>(topic.configs())
                    .forEach((name, value) ->
                            text.append("config ")
                                    .append(name)
                                    .append(' ')
                                    .append(escaped(value))
                                    .append('\n'));
        }
        return text + CRC + crc(text.toString()) + "\n";
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
    }

    private static String crc(String text) {
        CRC32C crc = new CRC32C();
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
        crc.update(bytes);
        return String.format(Locale.ROOT, "%08x", (int) crc.getValue());
    }

    private static RefusedDirectoryException damaged(Path file, String how) {
        return new RefusedDirectoryException(
                file
                        + " is damaged: "
                        + how
                        + "; restore it, or remove it and the logs of its topics and import again");
    }

    /** Reads the text, line by line. Used once. */
    private static final class Parser {
        private final Path file;
        private final Map<TopicId, String> copying = new LinkedHashMap<>();
        private final List<ImportedTopic> ready = new ArrayList<>();
        private long producers;
        private @Nullable TopicId id;
        private String name = "";
        private List<Integer> epochs = List.of();
        private Map<String, String> configs = Map.of();

        Parser(Path file) {
            this.file = file;
        }

        ImportedTopics parse(String text) {
            int end = text.lastIndexOf(CRC);
            if (end < 0 || !text.substring(end).equals(CRC + crc(text.substring(0, end)) + "\n")) {
                throw damaged(file, "its last line is not the checksum of those before it");
            }
            List<String> lines = text.substring(0, end).lines().toList();
            if (lines.isEmpty() || !lines.getFirst().equals(HEAD)) {
                throw new RefusedDirectoryException(
                        file
                                + " does not begin with '"
                                + HEAD
                                + "'; use the version of Mortise that wrote it, or a newer one");
            }
            try {
                lines.stream().skip(1).forEach(this::line);
            } catch (IllegalArgumentException malformed) {
                throw damaged(file, String.valueOf(malformed.getMessage()));
            }
            finishTopic();
            return new ImportedTopics(ready, copying, producers);
        }

        private void line(String line) {
            String[] words = line.split(" ", 3);
            switch (words[0]) {
                case "copying" -> copying.put(TopicId.parse(word(words, 1)), word(words, 2));
                case "producers" -> producers = Long.parseLong(word(words, 1));
                case "topic" -> {
                    finishTopic();
                    id = TopicId.parse(word(words, 1));
                    name = word(words, 2);
                    epochs = List.of();
                    configs = new LinkedHashMap<>();
                }
                case "epochs" ->
                        epochs =
                                Arrays.stream(line.split(" ", -1))
                                        .skip(1)
                                        .map(Integer::valueOf)
                                        .toList();
                case "config" -> configs.put(word(words, 1), unescaped(word(words, 2)));
                default -> throw new IllegalArgumentException("it has the line '" + line + "'");
            }
        }

        private static String word(String[] words, int index) {
            if (index >= words.length) {
                throw new IllegalArgumentException("a line lacks a word: " + words[0]);
            }
            return words[index];
        }

        private void finishTopic() {
            TopicId whole = id;
            if (whole != null) {
                ready.add(new ImportedTopic(name, whole, epochs, configs));
            }
            id = null;
        }

        private static String unescaped(String text) {
            StringBuilder value = new StringBuilder();
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '\\' && i + 1 < text.length()) {
                    c =
                            switch (text.charAt(++i)) {
                                case 'n' -> '\n';
                                case 'r' -> '\r';
                                default -> text.charAt(i);
                            };
                }
                value.append(c);
            }
            return value.toString();
        }
    }
}
