package mortise.bench.suite;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Results as JSON, so that the rows of a table may be measured on different days. */
final class ResultFile {
    private static final JsonFactory JSON = new JsonFactory();

    private ResultFile() {}

    static void write(Result result, Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        try (Writer out = Files.newBufferedWriter(file);
                JsonGenerator json = JSON.createGenerator(out)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeStringField("name", result.name());
            json.writeStringField("title", result.title());
            json.writeStringField("measured", result.measured());
            json.writeStringField("command", result.command());
            json.writeArrayFieldStart("entries");
            for (Result.Entry entry : result.entries()) {
                write(json, entry);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("warnings");
            for (String warning : result.warnings()) {
                json.writeString(warning);
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    private static void write(JsonGenerator json, Result.Entry entry) throws IOException {
        json.writeStartObject();
        json.writeStringField("figure", entry.figure());
        json.writeStringField("unit", entry.unit());
        json.writeBooleanField("more", entry.more());
        if (entry.target().isPresent()) {
            json.writeStringField("target", entry.target().get().text());
        }
        json.writeObjectFieldStart("values");
        for (Map.Entry<String, List<Double>> system : entry.values().entrySet()) {
            json.writeFieldName(system.getKey());
            json.writeArray(
                    system.getValue().stream().mapToDouble(Double::doubleValue).toArray(),
                    0,
                    system.getValue().size());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    static Result read(Path file) throws IOException {
        try (Reader in = Files.newBufferedReader(file);
                JsonParser json = JSON.createParser(in)) {
            Map<String, Object> fields = object(json);
            List<Result.Entry> entries = new ArrayList<>();
            for (Object entry : list(fields, "entries")) {
                entries.add(entry(asMap(entry)));
            }
            return new Result(
                    text(fields, "name"),
                    text(fields, "title"),
                    text(fields, "measured"),
                    text(fields, "command"),
                    entries,
                    list(fields, "warnings").stream().map(String::valueOf).toList());
        }
    }

    private static Result.Entry entry(Map<String, Object> fields) {
        Map<String, List<Double>> values = new LinkedHashMap<>();
        asMap(fields.getOrDefault("values", Map.of()))
                .forEach((system, all) ->
                        values.put(
                                system,
                                ((List<?>) all).stream().map(each -> (Double) each).toList()));
        Object target = fields.get("target");
        return new Result.Entry(
                text(fields, "figure"),
                text(fields, "unit"),
                Boolean.TRUE.equals(fields.get("more")),
                values,
                target == null ? Optional.empty() : Optional.of(Target.parse(target.toString())));
    }

    private static String text(Map<String, Object> fields, String name) {
        return String.valueOf(fields.getOrDefault(name, ""));
    }

    private static List<?> list(Map<String, Object> fields, String name) {
        return fields.get(name) instanceof List<?> list ? list : List.of();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> asMap(Object object) {
        return (Map<String, Object>) object;
    }

    private static Map<String, Object> object(JsonParser json) throws IOException {
        json.nextToken();
        return asMap(value(json));
    }

    private static Object value(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> fields = new LinkedHashMap<>();
                while (json.nextToken() != JsonToken.END_OBJECT) {
                    String name = json.currentName();
                    json.nextToken();
                    fields.put(name, value(json));
                }
                yield fields;
            }
            case START_ARRAY -> {
                List<Object> elements = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    elements.add(value(json));
                }
                yield elements;
            }
            case VALUE_NUMBER_FLOAT, VALUE_NUMBER_INT -> json.getDoubleValue();
            case VALUE_TRUE, VALUE_FALSE -> json.getBooleanValue();
            default -> json.getText();
        };
    }
}
