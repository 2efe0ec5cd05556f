import java.util.Map;
import org.apache.kafka.storage.internals.log.LogConfig;

/** Arguments in pairs, a name and a value: a line for each with what Kafka says of such a topic config, or ok. */
public class TopicConfigs {
    public static void main(String[] args) {
        for (int i = 0; i < args.length; i += 2) {
            System.out.println(verdict(args[i], args[i + 1]));
        }
    }

    private static String verdict(String name, String value) {
        try {
            LogConfig.validate(Map.of(name, value));
            return "ok";
        } catch (RuntimeException e) {
            return e.getMessage();
        }
    }
}
