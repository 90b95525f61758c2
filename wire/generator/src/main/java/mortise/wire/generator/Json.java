package mortise.wire.generator;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JSON value that knows the file and the line it came from, so that problems can be located. */
sealed interface Json {
    /** The file's name, without its folder. */
    String file();

    /** The line on which the value starts, from 1. */
    int line();

    /** An object with its members in the order of the file. */
    record Members(String file, int line, Map<String, Json> values) implements Json {}

    /** A list of values. */
    record Items(String file, int line, List<Json> values) implements Json {}

    /** A text. */
    record Text(String file, int line, String value) implements Json {}

    /** A number, a boolean or null, as it was spelt. */
    record Literal(String file, int line, String value) implements Json {}

    /** Reads a whole file that may have {@code //} comments. */
    static Json read(Path path) throws IOException {
        String file = String.valueOf(path.getFileName());
        JsonFactory factory =
                JsonFactory.builder()
                        .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .build();
        try (Reader reader = Files.newBufferedReader(path);
                JsonParser parser = factory.createParser(reader)) {
            parser.nextToken();
            Json root = value(parser, file);
            if (parser.nextToken() != null) {
                throw new SchemaException(
                        file
                                + ":"
                                + line(parser)
                                + ": a schema file holds one object, more follows");
            }
            return root;
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw new SchemaException(file + ":" + line + ": not JSON: " + e.getOriginalMessage());
        }
    }

    private static Json value(JsonParser parser, String file) throws IOException {
        JsonToken token = parser.currentToken();
        int line = line(parser);
        if (token == JsonToken.START_OBJECT) {
            return members(parser, file, line);
        }
        if (token == JsonToken.START_ARRAY) {
            return items(parser, file, line);
        }
        if (token == JsonToken.VALUE_STRING) {
            return new Text(file, line, parser.getText());
        }
        if (token == null) {
            throw new SchemaException(file + ":1: the file is empty, want one JSON object");
        }
        return new Literal(file, line, parser.getText());
    }

    private static Members members(JsonParser parser, String file, int line) throws IOException {
        Map<String, Json> values = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            values.put(name, value(parser, file));
        }
        return new Members(file, line, values);
    }

    private static Items items(JsonParser parser, String file, int line) throws IOException {
        List<Json> values = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            values.add(value(parser, file));
        }
        return new Items(file, line, values);
    }

    private static int line(JsonParser parser) {
        return parser.currentTokenLocation().getLineNr();
    }
}
