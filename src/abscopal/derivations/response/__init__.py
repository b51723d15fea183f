"""From lesions to responses: sums, response at each assessment, best response, duration."""
