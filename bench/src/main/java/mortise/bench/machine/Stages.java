package mortise.bench.machine;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mortise.api.HostPort;

/**
 * How long a Mortise broker says that each stage of a request took, as its Prometheus page has it:
 * in buckets, so a percentile is known as the bucket that it lies in.
 *
 * @param byName the stages, such as {@code net_queue}, in the page's order
 */
public record Stages(Map<String, Stage> byName) {
    private static final Pattern BUCKET =
            Pattern.compile("mortise_(\\w+)_seconds_bucket\\{le=\"([^\"]+)\"\\} (\\d+)");

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /**
     * One stage.
     *
     * @param bounds the buckets' upper ends, in seconds; the last is infinite
     * @param counts how often it took no longer than that
     */
    public record Stage(List<Double> bounds, List<Long> counts) {
        /** How often it was measured. */
        public long count() {
            return counts.isEmpty() ? 0 : counts.getLast();
        }

        /** The end of the bucket that a percentile lies in, in seconds. */
        public double atMost(double percentile) {
            double wanted = count() * percentile / 100;
            for (int bucket = 0; bucket < counts.size(); bucket++) {
                if (counts.get(bucket) >= wanted) {
                    return bounds.get(bucket);
                }
            }
            return Double.POSITIVE_INFINITY;
        }

        private Stage since(Stage earlier) {
            List<Long> more = new ArrayList<>();
            for (int bucket = 0; bucket < counts.size(); bucket++) {
                more.add(counts.get(bucket) - earlier.counts.get(bucket));
            }
            return new Stage(bounds, more);
        }
    }

    /** Reads a broker's page; nothing if there is none. */
    public static Optional<Stages> read(HostPort page) {
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create("http://" + page + "/metrics"))
                            .timeout(PATIENCE)
                            .build();
            HttpResponse<String> answer =
                    client.send(request, HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200
                    ? Optional.of(parse(answer.body()))
                    : Optional.empty();
        } catch (IOException nobody) {
            return Optional.empty();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    static Stages parse(String page) {
        Map<String, Stage> stages = new LinkedHashMap<>();
        Matcher bucket = BUCKET.matcher(page);
        while (bucket.find()) {
            Stage stage =
                    stages.computeIfAbsent(
                            bucket.group(1),
                            name -> new Stage(new ArrayList<>(), new ArrayList<>()));
            stage.bounds.add(
                    bucket.group(2).equals("+Inf")
                            ? Double.POSITIVE_INFINITY
                            : Double.parseDouble(bucket.group(2)));
            stage.counts.add(Long.parseLong(bucket.group(3)));
        }
        return new Stages(stages);
    }

    /** What was measured since. */
    public Stages since(Stages earlier) {
        Map<String, Stage> more = new LinkedHashMap<>();
        byName.forEach((name, stage) -> {
            Stage before = earlier.byName.get(name);
            Stage since = before == null ? stage : stage.since(before);
            if (since.count() > 0) {
                more.put(name, since);
            }
        });
        return new Stages(more);
    }
}
