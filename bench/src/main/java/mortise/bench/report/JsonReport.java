package mortise.bench.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Map;
import mortise.bench.load.Outcome;
import mortise.bench.load.Series;

/** A comparison for programs. */
public final class JsonReport {
    private JsonReport() {}

    /** Writes it. */
    public static void write(Comparison comparison, Writer out) throws IOException {
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeStringField("workload", comparison.workload().name());
            json.writeStringField("begun", comparison.begun().toString());
            json.writeStringField("command", comparison.command());
            texts(json, "settings", comparison.workload().texts());
            texts(json, "environment", comparison.environment().facts());
            strings(json, "notes", comparison.notes());
            strings(json, "warnings", comparison.warnings());
            json.writeArrayFieldStart("systems");
            for (Comparison.SystemRuns system : comparison.systems()) {
                system(json, system);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("figures");
            for (Comparison.Row row : comparison.rows()) {
                figure(json, row);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    private static void system(JsonGenerator json, Comparison.SystemRuns system)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("name", system.name());
        json.writeStringField("description", system.description());
        json.writeArrayFieldStart("rounds");
        for (Outcome round : system.rounds()) {
            json.writeStartObject();
            strings(json, "failures", round.failures());
            strings(json, "marks", round.marks());
            json.writeArrayFieldStart("series");
            for (Series.Measured series : round.series()) {
                json.writeStartObject();
                json.writeStringField("name", series.name());
                json.writeNumberField("records", series.records());
                json.writeNumberField("bytes", series.bytes());
                json.writeNumberField("seconds", series.seconds());
                json.writeNumberField("latencySamples", series.latencies().getTotalCount());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void figure(JsonGenerator json, Comparison.Row row) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", row.figure().name());
        json.writeStringField("unit", row.figure().unit());
        json.writeBooleanField("moreIsBetter", row.figure().more());
        json.writeObjectFieldStart("systems");
        for (Map.Entry<String, Spread> each : row.spreads().entrySet()) {
            json.writeObjectFieldStart(each.getKey());
            json.writeNumberField("median", each.getValue().median());
            json.writeNumberField("least", each.getValue().least());
            json.writeNumberField("most", each.getValue().most());
            json.writeNumberField("rounds", each.getValue().rounds());
            json.writeEndObject();
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void texts(JsonGenerator json, String name, Map<String, String> texts)
            throws IOException {
        json.writeObjectFieldStart(name);
        for (Map.Entry<String, String> each : texts.entrySet()) {
            json.writeStringField(each.getKey(), each.getValue());
        }
        json.writeEndObject();
    }

    private static void strings(JsonGenerator json, String name, List<String> strings)
            throws IOException {
        json.writeArrayFieldStart(name);
        for (String each : strings) {
            json.writeString(each);
        }
        json.writeEndArray();
    }
}
