import java.io.*;
import java.lang.reflect.*;
import java.nio.charset.StandardCharsets;
import java.util.*;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** For every line "decoder key value" (hex, or null) on standard input: what kafka-dump-log prints of that record. */
public class Dumps {
    static final String TOOL = "org.apache.kafka.tools.DumpLogSegments";
    static final Map<String, String> PARSERS = Map.of(
        "offsets", "OffsetsMessageParser", "transaction-log", "TransactionLogMessageParser",
        "cluster-metadata", "ClusterMetadataLogMessageParser", "remote-log-metadata", "RemoteMetadataLogMessageParser",
        "share-group-state", "ShareGroupStateMessageParser");
    static final long OFFSET = 42;

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        Map<String, Object> parsers = new HashMap<>();
        for (Map.Entry<String, String> parser : PARSERS.entrySet()) {
            Constructor<?> create = Class.forName(TOOL + "$" + parser.getValue()).getDeclaredConstructor();
            create.setAccessible(true);
            parsers.put(parser.getKey(), create.newInstance());
        }
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] parts = line.split(" ");
            SimpleRecord simple = new SimpleRecord(0L, bytes(parts[1]), bytes(parts[2]));
            Record record = MemoryRecords.withRecords(OFFSET, Compression.NONE, simple).records().iterator().next();
            String printed;
            try {
                printed = parts[0].equals("control") ? control(record) : parse(parsers.get(parts[0]), record);
            } catch (InvocationTargetException e) {
                printed = "\"ends\":" + quote(String.valueOf(e.getCause().getMessage()));
            }
            out.println("{\"decoder\":" + quote(parts[0]) + ",\"key\":" + hex(parts[1]) + ",\"value\":" + hex(parts[2])
                + "," + printed + "}");
        }
    }

    static String parse(Object parser, Record record) throws Exception {
        Method parse = parser.getClass().getMethod("parse", Record.class);
        parse.setAccessible(true);
        Object result = parse.invoke(parser, record);
        return "\"prints\":{" + String.join(",", part(result, "key", "key"), part(result, "value", "payload")) + "}";
    }

    static String part(Object result, String accessor, String name) throws Exception {
        Method method = result.getClass().getDeclaredMethod(accessor);
        method.setAccessible(true);
        Optional<?> part = (Optional<?>) method.invoke(result);
        return quote(name) + ":" + (part.isPresent() ? quote(part.get().toString()) : "null");
    }

    static String control(Record record) throws Exception {
        Method print = Class.forName(TOOL).getDeclaredMethod("printControlRecord", Record.class);
        print.setAccessible(true);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(text, true, StandardCharsets.UTF_8));
        try {
            print.invoke(null, record);
        } finally {
            System.setOut(before);
        }
        return "\"prints\":{\"text\":" + quote(text.toString(StandardCharsets.UTF_8)) + "}";
    }

    static byte[] bytes(String hex) {
        return hex.equals("null") ? null : HexFormat.of().parseHex(hex.equals("-") ? "" : hex);
    }

    static String hex(String hex) {
        return hex.equals("null") ? "null" : hex.equals("-") ? "\"\"" : "\"" + hex + "\"";
    }

    static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') quoted.append('\\').append((char) c);
            else if (c < 32 || c > 126) quoted.append(String.format("\\u%04x", c));
            else quoted.append((char) c);
        });
        return quoted.append('"').toString();
    }
}
